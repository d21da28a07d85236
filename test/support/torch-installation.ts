/** The command of a Dockerfile that installs torch, run with a Python that only notes how it is called. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkout } from "./checkout";

/** What the image's base has, and what its build is told. */
export interface TorchCase {
  /** The build argument TORCH_INDEX_URL. */
  readonly index: string;
  /** Whether `import torch, torchvision` works. */
  readonly hasTorch: boolean;
}

/** The arguments of each call of Python that installs something, in their order. */
export function torchInstallation(folder: string, { index, hasTorch }: TorchCase): string[][] {
  const place = mkdtempSync(join(tmpdir(), "gourmetgram-torch-"));
  try {
    const dockerfile = readFileSync(join(checkout, folder, "Dockerfile"), "utf8");
    const target = /^COPY requirements-torch\.txt (\S+)$/m.exec(dockerfile)?.[1] ?? "";
    const file = join(place, target.endsWith(".txt") ? target : join(target, "requirements-torch.txt"));
    mkdirSync(dirname(file), { recursive: true });
    cpSync(join(checkout, folder, "requirements-torch.txt"), file);

    const python = join(place, "python");
    const log = join(place, "calls");
    // One call a line, its arguments apart by tabs.
    const notes = `for word in "$@"; do printf '%s\\t' "$word" >> '${log}'; done; echo >> '${log}'`;
    const script = `#!/bin/sh\nif [ "$1" = -c ]; then exit ${hasTorch ? 0 : 1}; fi\n${notes}\n`;
    writeFileSync(python, script);
    writeFileSync(log, "");
    chmodSync(python, 0o755);

    const command = /^RUN ((?:.*\\\n)*.*)$/m.exec(
      dockerfile.slice(dockerfile.indexOf("COPY requirements-torch")),
    )?.[1];
    const { status, stderr } = spawnSync("sh", ["-c", command ?? "exit 99"], {
      cwd: place,
      env: { PATH: `${place}:${process.env["PATH"] ?? ""}`, TORCH_INDEX_URL: index },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the command of ${folder}/Dockerfile failed: ${stderr}`);
    const calls = readFileSync(log, "utf8").split("\n").filter(Boolean);
    return calls.map((line) => line.split("\t").filter(Boolean));
  } finally {
    rmSync(place, { recursive: true });
  }
}

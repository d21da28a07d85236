/** The command of a Dockerfile that installs torch, run with a Python that only notes what it is to install. */
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
  /** Whether the torch of the index needs CUDA's libraries. @default false */
  readonly needsCuda?: boolean;
}

/** What is installed. */
export interface TorchInstallation {
  /** The arguments of each call of Python that installs something, in their order. */
  readonly calls: readonly string[][];
  /** The packages in the list of requirements, as the last call finds it. */
  readonly packages: readonly string[];
}

/** What the image's build installs in one case. */
export function torchInstallation(
  folder: string,
  { index, hasTorch, needsCuda = false }: TorchCase,
): TorchInstallation {
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
    const script = [
      "#!/bin/sh",
      `case "$*" in`,
      `-c*"import torch"*) exit ${hasTorch ? 0 : 1} ;;`,
      // As sys.exit(True) ends.
      `-c*requires*) exit ${needsCuda ? 1 : 0} ;;`,
      `-c*) exit 99 ;;`,
      "esac",
      notes,
    ];
    writeFileSync(python, script.join("\n") + "\n");
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
    return {
      calls: calls.map((line) => line.split("\t").filter(Boolean)),
      packages: [...readFileSync(file, "utf8").matchAll(/^([a-z][\w-]*)==/gm)].map(([, name = ""]) => name),
    };
  } finally {
    rmSync(place, { recursive: true });
  }
}

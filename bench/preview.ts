import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { checkout } from "../lab/paths";
import { launcher } from "../lab/pulumi/engine";
import { pulumiEnvironment } from "../lab/pulumi/stack";
import { stackName } from "../lab/stack-settings";
import { timeInTurns, type Samples } from "./samples";

const emptyProject = "name: empty\nruntime:\n  name: nodejs\n  options:\n    typescript: true\n";

/**
 * Seconds of an unchanged preview of the stack, and of an empty program beside it: the floor, below which no program
 * on this engine can be.
 */
export async function measurePreview(runs: number): Promise<Record<string, Samples>> {
  const folder = await mkdtemp(join(tmpdir(), "gourmetgram-bench-"));
  try {
    const environment = await pulumiEnvironment();
    await writeFile(join(folder, "Pulumi.yaml"), emptyProject);
    await writeFile(join(folder, "index.ts"), "export {};\n");
    await writeFile(
      join(folder, "package.json"),
      '{ "name": "empty", "version": "1.0.0", "main": "index.ts" }\n',
    );
    await symlink(join(checkout, "tsconfig.json"), join(folder, "tsconfig.json"));
    await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
    const empty = {
      ...environment,
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_OPTION_CONFIG_FILE: join(folder, "Pulumi.bench.yaml"),
      PULUMI_STACK: "bench",
    };
    await execa(launcher, ["stack", "init", "bench"], { cwd: folder, env: empty });
    await execa(launcher, ["up", "--yes", "--skip-preview", "--stack", "bench"], { cwd: folder, env: empty });
    const preview = (cwd: string, env: Record<string, string>, stack: string) => async (): Promise<void> => {
      await execa(launcher, ["preview", "--stack", stack, "--expect-no-changes"], {
        cwd,
        env,
        stdin: "ignore",
      });
    };
    const things = {
      "empty program": preview(folder, empty, "bench"),
      [`stack ${stackName}`]: preview(checkout, environment, stackName),
    };
    // Once each beforehand: the first run of a program reads it from the disk.
    for (const thing of Object.values(things)) await thing();
    return await timeInTurns(things, runs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

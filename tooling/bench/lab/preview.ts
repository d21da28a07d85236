import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { writeManifests } from "../../engine/render/folder";
import { checkout } from "../../machine/paths";
import { engineProgram } from "../../engine/engine";
import { pulumiEnvironment } from "../../engine/stack/stack";
import { backendUrl } from "../../engine/stack/state";
import { hasOwnCluster, stackName } from "../../engine/stack/stack-settings";
import { withTemporaryFolder } from "../../support/interruption";
import { goBuilds, isBuilt, programPath } from "../../toolchain/go-builds";
import { timeInTurns, type Samples } from "../samples";

type Thing = () => Promise<void>;

/** Seconds of each measurement. */
export interface PreviewTimes {
  /** An unchanged preview of the stack. */
  readonly stack: Samples;
  /** Of an empty program as Pulumi's own TypeScript template has it: the floor that the target is about. */
  readonly empty: Samples;
  /** Of an empty program in plain JavaScript: the floor of the engine itself. */
  readonly emptyScript: Samples;
  /** Of `kubectl apply --dry-run=server` of the stack's objects; undefined where there is no embedded cluster. */
  readonly kubectl: Samples | undefined;
}

/** Measures an unchanged preview of the stack, and what no preview can be faster than, in turns. */
export const measurePreview = (runs: number): Promise<PreviewTimes> =>
  withTemporaryFolder("bench", async (folder) => {
    const environment = await pulumiEnvironment();
    const things = {
      stack: preview(checkout, environment, stackName),
      empty: await emptyProgram(join(folder, "typescript"), "index.ts", environment),
      emptyScript: await emptyProgram(join(folder, "javascript"), "index.js", environment),
    };
    const kubectl = await kubectlDryRun(join(folder, "manifests"), environment);
    // Once each beforehand: the first run of a program reads it from the disk.
    for (const thing of [...Object.values(things), kubectl]) await thing?.();
    return kubectl === undefined
      ? { ...(await timeInTurns(things, runs)), kubectl }
      : timeInTurns({ ...things, kubectl }, runs);
  });

/** An unchanged preview of a stack, as Pulumi by itself does it. */
export const preview =
  (cwd: string, env: Record<string, string>, stack: string, ...options: string[]): Thing =>
  async () => {
    await execa(engineProgram, ["preview", "--stack", stack, "--expect-no-changes", ...options], {
      cwd,
      env,
      stdin: "ignore",
    });
  };

/** Makes a stack of a program that does nothing. */
async function emptyProgram(folder: string, main: string, base: Record<string, string>): Promise<Thing> {
  const typescript = main.endsWith(".ts");
  await mkdir(folder);
  const files = {
    "Pulumi.yaml": `name: empty\nruntime:\n  name: nodejs\n  options:\n    typescript: ${typescript}\n`,
    [main]: typescript ? "export {};\n" : "",
    "package.json": JSON.stringify({ name: "empty", version: "1.0.0", main }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await symlink(join(checkout, "tsconfig.json"), join(folder, "tsconfig.json"));
  await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
  const env = {
    ...base,
    PULUMI_BACKEND_URL: backendUrl(folder),
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_OPTION_CONFIG_FILE: join(folder, "Pulumi.bench.yaml"),
    PULUMI_STACK: "bench",
  };
  await execa(engineProgram, ["stack", "init", "bench"], { cwd: folder, env });
  await execa(engineProgram, ["up", "--yes", "--skip-preview", "--stack", "bench"], { cwd: folder, env });
  return preview(folder, env, "bench");
}

/** What kubectl takes to have the API server judge the same objects. */
async function kubectlDryRun(folder: string, env: Record<string, string>): Promise<Thing | undefined> {
  if (hasOwnCluster() || !isBuilt(goBuilds.kubernetes)) return undefined;
  await writeManifests(folder);
  const kubectl = programPath(goBuilds.kubernetes, "kubectl");
  const args = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", folder];
  return async () => {
    await execa(kubectl, args, { env, stdin: "ignore" });
  };
}

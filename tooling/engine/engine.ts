import { link, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installPlugins, pluginFolder, stampFile } from "./plugins/install";
import { cache, checkout } from "../machine/paths";
import { THROUGH_PROXIES } from "../machine/reach";
import { run, type Report } from "../machine/run";
import { type GoBuild, goBuilds, programPath } from "../toolchain/go-builds";
import { versions } from "../machine/versions";

/** The engine's own folder: its programs and plugins. */
export const pulumiHome = join(cache, "pulumi-home");

/** The launcher from npm, which downloads the engine into `pulumiHome`. */
const launcher = join(checkout, "node_modules", ".bin", "pulumi");

const engineFolder = join(pulumiHome, "versions", versions.pulumi, "bin");
/** The engine itself. The launcher would hand no signal on to it. */
export const engineProgram = join(engineFolder, "pulumi");

/** What each call of the engine has in its environment. */
export const engineEnvironment: Readonly<Record<string, string>> = {
  PULUMI_HOME: pulumiHome,
  PULUMI_SKIP_UPDATE_CHECK: "true",
  // The engine finds the language host there.
  PATH: [engineFolder, process.env["PATH"] ?? ""].join(delimiter),
};

const providerFolder = pluginFolder(pulumiHome, "kubernetes", versions.pulumiKubernetes);

const officialPlugins: Readonly<Record<string, string>> = {
  kubernetes: versions.pulumiKubernetes,
  docker: versions.pulumiDocker,
  random: versions.pulumiRandom,
};

/** Whether an engine, of either origin, is in place. */
export const engineIsInstalled = (): boolean =>
  existsSync(engineProgram) &&
  Object.entries(officialPlugins).every(([name, version]) =>
    existsSync(pluginFolder(pulumiHome, name, version)),
  );

/** Whether an engine is in place for a command that creates or destroys. Stand-ins of another checkout become this one's. */
export async function engineIsReady(): Promise<boolean> {
  if (!engineIsInstalled()) return false;
  await keepNoLogs();
  await installPlugins(pulumiHome);
  return true;
}

/**
 * Keeps the engine from noting each value that it handles in its home, as it does at every command. There is no setting
 * for it, but a file where it wants its folder ends it. Such notes are plain until the engine has the stack's key, and
 * they are a tenth of a preview's time. What a command printed is in the lab's own logs.
 *
 * Source: `pkg/logging/encrypted.go` of Pulumi 3.259.
 */
async function keepNoLogs(): Promise<void> {
  const folder = join(pulumiHome, "logs");
  if (existsSync(folder) && (await stat(folder)).isFile()) return;
  await mkdir(pulumiHome, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await writeFile(folder, "");
}

/** Lets the launcher fetch the engine, and the engine its plugins. */
export async function installOfficialEngine(report: Report): Promise<void> {
  const options = {
    log: "pulumi-engine",
    report,
    env: { ...THROUGH_PROXIES, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
  };
  await run(launcher, ["version"], options);
  await keepNoLogs();
  for (const [name, version] of Object.entries(officialPlugins)) {
    const folder = pluginFolder(pulumiHome, name, version);
    // The engine would take a stand-in from an earlier run for the official plugin.
    if (existsSync(join(folder, stampFile))) await rm(folder, { recursive: true });
    await run(launcher, ["plugin", "install", "resource", name, `v${version}`], options);
  }
}

/** Gives a built program the place where the engine looks for it. A link costs no room, and is exchanged in one step. */
async function place(build: GoBuild, name: string, folder: string): Promise<void> {
  const source = programPath(build, name);
  await mkdir(folder, { recursive: true });
  const target = join(folder, name);
  if (existsSync(target) && (await stat(target)).ino === (await stat(source)).ino) return;
  const draft = join(folder, `.${name}.partial`);
  await rm(draft, { force: true });
  await link(source, draft);
  await rename(draft, target);
}

/** Puts the programs that were built here where the launcher and the engine look for them. */
export async function installBuiltEngine(report: Report): Promise<void> {
  report("engine and language host");
  await place(goBuilds.pulumi, "pulumi", engineFolder);
  await place(goBuilds.pulumiLanguage, "pulumi-language-nodejs", engineFolder);
  report("Kubernetes provider");
  await place(goBuilds.pulumiKubernetes, "pulumi-resource-kubernetes", providerFolder);
  await keepNoLogs();
  report("stand-ins for the Docker and random providers");
  await installPlugins(pulumiHome);
}

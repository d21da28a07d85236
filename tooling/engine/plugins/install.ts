import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { checkout } from "../../machine/paths";
import { pluginVersions, type PluginName } from "./versions";

/** Says what a plugin folder was made from, and that it is one of this lab's. */
export const stampFile = "stand-in.sha256";

const sources = join(checkout, "tooling", "engine", "plugins");

/** Where the engine looks for a provider's plugin. */
export const pluginFolder = (pulumiHome: string, name: string, version: string): string =>
  join(pulumiHome, "plugins", `resource-${name}-v${version}`);

/**
 * Installs the stand-ins for the docker and random plugins where the engine looks for plugins. What is up to date
 * is left as it is, and so is an official plugin.
 *
 * Each is made into one file here, packages included: it starts in half the time that its many files would take, at
 * each preview, and does not depend on this checkout any more.
 *
 * @param pulumiHome the engine's folder, PULUMI_HOME
 */
export async function installPlugins(pulumiHome: string): Promise<void> {
  for (const [name, version] of Object.entries(pluginVersions)) {
    await installPlugin(name as PluginName, pluginFolder(pulumiHome, name, version));
  }
}

async function installPlugin(name: PluginName, folder: string): Promise<void> {
  const launcher = launcherOf(name);
  const stamp = createHash("sha256")
    .update(JSON.stringify([...(await readSources(name)), launcher]))
    .digest("hex");
  const installed = await stampOf(folder);
  if (installed === stamp || (installed === undefined && existsSync(folder))) {
    return;
  }

  await mkdir(dirname(folder), { recursive: true });
  // The engine must never see half a plugin.
  const draft = await mkdtemp(join(dirname(folder), ".stand-in-"));
  try {
    await bundle(name, join(draft, MAIN));
    await writeFile(join(draft, `pulumi-resource-${name}`), launcher);
    await chmod(join(draft, `pulumi-resource-${name}`), 0o755);
    await writeFile(join(draft, stampFile), stamp);
    await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      // There is one, which an engine may be about to start: file by file, so that it is there at every moment.
      for (const file of await readdir(draft)) await rename(join(draft, file), join(folder, file));
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const MAIN = "main.js";

/** What a plugin is made from: its TypeScript files with their paths from this folder, and which packages there are. */
async function readSources(name: PluginName): Promise<[path: string, text: string][]> {
  const paths = ["versions.ts", relative(sources, join(checkout, "package-lock.json"))];
  for (const folder of ["shared", name]) {
    const files = await readdir(join(sources, folder));
    paths.push(...files.filter((file) => file.endsWith(".ts")).map((file) => join(folder, file)));
  }
  return Promise.all(
    paths.sort().map(async (path) => [path, await readFile(join(sources, path), "utf8")] as [string, string]),
  );
}

async function stampOf(folder: string): Promise<string | undefined> {
  return readFile(join(folder, stampFile), "utf8").catch(() => undefined);
}

async function bundle(name: PluginName, file: string): Promise<void> {
  // Loaded only when there is something to make.
  const { build } = await import("esbuild");
  await build({
    entryPoints: [join(sources, name, "main.ts")],
    outfile: file,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    logLevel: "silent",
  });
}

/** The executable that the engine starts, in whatever folder. */
function launcherOf(name: PluginName): string {
  return [
    "#!/bin/sh",
    `# The lab's stand-in for Pulumi's ${name} plugin, written by tooling/engine/plugins/install.ts.`,
    `exec node "$(dirname "$0")/${MAIN}" "$@"`,
    "",
  ].join("\n");
}

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pluginVersions, type PluginName } from "./versions";

/** Says what a plugin folder was made from, and that it is one of this lab's. */
export const stampFile = "stand-in.sha256";

/**
 * Installs the stand-ins for the docker and random plugins where the engine looks for plugins. What is up to date
 * is left as it is, and so is an official plugin.
 *
 * The sources are compiled here once rather than by ts-node at every start, which would cost each preview a second
 * of processor time and 100 MB.
 *
 * @param pulumiHome the engine's folder, PULUMI_HOME
 */
export async function installPlugins(pulumiHome: string): Promise<void> {
  for (const [name, version] of Object.entries(pluginVersions)) {
    await installPlugin(name as PluginName, join(pulumiHome, "plugins", `resource-${name}-v${version}`));
  }
}

async function installPlugin(name: PluginName, folder: string): Promise<void> {
  const sources = await readSources(name);
  const launcher = launcherOf(name);
  const stamp = createHash("sha256")
    .update(JSON.stringify([...sources, launcher]))
    .digest("hex");
  const installed = await stampOf(folder);
  if (installed === stamp || (installed === undefined && existsSync(folder))) {
    return;
  }

  await mkdir(dirname(folder), { recursive: true });
  // The engine must never see half a plugin.
  const draft = await mkdtemp(join(dirname(folder), ".stand-in-"));
  try {
    for (const [path, text] of sources) {
      const file = join(draft, "lib", path.replace(/\.ts$/, ".js"));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await compile(path, text));
    }
    await writeFile(join(draft, `pulumi-resource-${name}`), launcher);
    await chmod(join(draft, `pulumi-resource-${name}`), 0o755);
    await writeFile(join(draft, stampFile), stamp);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The plugin's TypeScript files with their paths from this folder. */
async function readSources(name: PluginName): Promise<[path: string, text: string][]> {
  const paths = ["versions.ts"];
  for (const folder of ["shared", name]) {
    const files = await readdir(join(__dirname, folder));
    paths.push(...files.filter((file) => file.endsWith(".ts")).map((file) => join(folder, file)));
  }
  return Promise.all(
    paths
      .sort()
      .map(async (path) => [path, await readFile(join(__dirname, path), "utf8")] as [string, string]),
  );
}

async function stampOf(folder: string): Promise<string | undefined> {
  return readFile(join(folder, stampFile), "utf8").catch(() => undefined);
}

async function compile(fileName: string, text: string): Promise<string> {
  // Loaded only when there is something to compile: it takes longer than everything else here.
  const { default: ts } = await import("typescript");
  const { CommonJS: module } = ts.ModuleKind;
  const compilerOptions = { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  return ts.transpileModule(text, { fileName, compilerOptions }).outputText;
}

/** The executable that the engine starts, in whatever folder. */
function launcherOf(name: PluginName): string {
  return [
    "#!/bin/sh",
    `# The lab's stand-in for Pulumi's ${name} plugin, written by ${relative(join(__dirname, "../.."), __filename)}.`,
    `NODE_PATH=${quote(nodeModules())}\${NODE_PATH:+:$NODE_PATH}`,
    "export NODE_PATH",
    `exec node "$(dirname "$0")/lib/${name}/main.js" "$@"`,
    "",
  ].join("\n");
}

/** The folder that the project's packages are installed in. */
function nodeModules(): string {
  return join(dirname(require.resolve("@pulumi/pulumi/package.json")), "..", "..");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import dockerignore from "@balena/dockerignore";

/** What an image is built from: two paths, absolute or relative to the program's folder. */
export interface BuildContext {
  /** The folder that is sent to the daemon. */
  readonly context: string;
  readonly dockerfile: string;
}

/** What keeps the image from being built at all, as sentences that begin with the input's path. */
export async function problemsOfContext({ context, dockerfile }: BuildContext): Promise<string[]> {
  const folder = await stat(context).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    return [
      `build.context: there is no folder ${resolve(context)}; give one relative to the program's folder`,
    ];
  }
  if (!(await exists(dockerfile))) {
    const meant = join(context, dockerfile);
    const remedy = (await exists(meant))
      ? `it is relative to the program's folder, so set build.dockerfile to "${meant}"`
      : "write one, or set build.dockerfile to the one that is meant";
    return [`build.dockerfile: there is no file ${resolve(dockerfile)}; ${remedy}`];
  }
  if (await exists(`${dockerfile}.dockerignore`)) {
    return [
      `build.dockerfile: ${dockerfile}.dockerignore is not supported by the lab's stand-in for the docker plugin, ` +
        `because not every builder reads it; move it to ${join(context, ".dockerignore")}`,
    ];
  }
  return [];
}

/**
 * A digest of the Dockerfile and of what the daemon gets to see of the context: names, permissions and contents of
 * the files that `.dockerignore` lets through, and targets of links. Times, owners and folders do not count, so a
 * fresh checkout of the same sources has the same digest.
 */
export async function digestContext({ context, dockerfile }: BuildContext): Promise<string> {
  const hash = createHash("sha256");
  // Under a name of its own: the daemon reads the Dockerfile even where it lies elsewhere or is ignored.
  await addFile(hash, "Dockerfile", dockerfile, 0);
  for await (const path of filesOfContext(context)) {
    const file = join(context, path);
    const { mode } = await lstat(file);
    await addFile(hash, path, file, mode);
  }
  return hash.digest("hex");
}

/** Paths in the context of what the daemon gets to see of it, in a stable order. */
export async function* filesOfContext(context: string): AsyncGenerator<string> {
  yield* filesIn(context, await readIgnoreRules(context));
}

interface IgnoreRules {
  ignores(path: string): boolean;
  /** Whether a rule may let through again what lies in an ignored folder. */
  readonly hasExceptions: boolean;
}

async function readIgnoreRules(context: string): Promise<IgnoreRules> {
  const file = join(context, ".dockerignore");
  const text = (await exists(file)) ? await readFile(file, "utf8") : "";
  const rules = dockerignore({ ignorecase: false }).add(text);
  return { ignores: (path) => rules.ignores(path), hasExceptions: /^\s*!/m.test(text) };
}

async function* filesIn(context: string, rules: IgnoreRules, folder = context): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  // The order of a folder's entries is the file system's own.
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = relative(context, join(folder, entry.name));
    const ignored = rules.ignores(path);
    if (entry.isDirectory() && (!ignored || rules.hasExceptions)) {
      yield* filesIn(context, rules, join(folder, entry.name));
    } else if (!entry.isDirectory() && !ignored) {
      yield path;
    }
  }
}

async function addFile(hash: Hash, name: string, file: string, mode: number): Promise<void> {
  const content = createHash("sha256");
  const stats = await lstat(file);
  if (stats.isSymbolicLink() && mode !== 0) {
    content.update(await readlink(file));
  } else if (stats.isFile() || mode === 0) {
    await pipeline(createReadStream(file), content);
  }
  // A list in JSON cannot be mistaken for another one, whatever the names are.
  hash.update(JSON.stringify([name, mode, content.digest("hex")]));
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isAlive } from "./lock";
import { cache } from "./paths";

/** A result in the cache, named by what it is made from. */
export interface CacheEntry {
  /** The folder that holds the result once it is complete. */
  readonly folder: string;
  isComplete(): boolean;
  /**
   * Makes the result unless it is there. `make` fills an empty folder of its own, which takes its final name only when
   * all of it is written: neither an interruption nor a second process leaves anything that only looks complete.
   */
  ensure(make: (folder: string) => Promise<void>): Promise<string>;
}

/** @param ingredients whatever the result depends on; any change gives another entry */
export function cacheEntry(kind: string, name: string, ingredients: readonly string[]): CacheEntry {
  const hash = createHash("sha256").update(ingredients.join("\0")).digest("hex").slice(0, 16);
  const folder = join(cache, kind, `${name}-${hash}`);
  return {
    folder,
    isComplete: () => existsSync(folder),
    async ensure(make) {
      if (existsSync(folder)) return folder;
      await mkdir(join(cache, kind), { recursive: true });
      await removeAbandoned(folder);
      const partial = await mkdtemp(`${folder}${PARTIAL}${process.pid}-`);
      await writeFile(join(cache, "CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
      try {
        await make(partial);
        await rename(partial, folder).catch((error: unknown) => {
          // Another process has made the same meanwhile.
          if (!existsSync(folder)) throw error;
        });
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
      await removeOlder(kind, name, folder);
      return folder;
    },
  };
}

/** Stands between the name of an entry and the process that makes it. */
const PARTIAL = ".partial-";

/** Removes what processes have left that ended before they had made the entry. */
async function removeAbandoned(folder: string): Promise<void> {
  const prefix = `${basename(folder)}${PARTIAL}`;
  for (const name of readdirSync(dirname(folder))) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length)))) continue;
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/** Removes what was made of other ingredients before: it can be made again, and these results are large. */
async function removeOlder(kind: string, name: string, current: string): Promise<void> {
  const older = readdirSync(join(cache, kind))
    .filter((each) => each.startsWith(`${name}-`) && /^[0-9a-f]{16}$/.test(each.slice(name.length + 1)))
    .map((each) => join(cache, kind, each))
    .filter((path) => path !== current);
  for (const path of older) await rm(path, { recursive: true, force: true });
}

/** The names and contents of all files under a folder, in a stable order, as ingredients of a cache entry. */
export function contentsOf(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? [name, ...contentsOf(path)] : [name, readFileSync(path, "utf8")];
    });
}

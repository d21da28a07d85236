import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheEntry } from "../machine/cache";
import { decideKind } from "../machine/reach";
import { versions } from "../machine/versions";
import { goBuilds, moduleSource, programPath } from "./go-builds";

const MODULE = `sigs.k8s.io/kind@v${versions.kind}`;
const SUM = "h1:AjvDv3vOygb/VKLVQW87lfktIBzkxR8Ump9DjxC8+Lk=";

const entry = cacheEntry("sources", "kind", [MODULE, SUM]);

/** The files of kind's own base image: entry point, units, configuration of containerd. */
export const kindFiles = join(entry.folder, "files");

/**
 * Makes sure that the official node image is that of this kind: images of one release of it do not fit another.
 *
 * @param defaults Its source file with the image that it takes by default.
 * @throws Error if it names another
 */
export function requireNodeImage(defaults: string): void {
  if (defaults.includes(`"${versions.kindNode}"`)) return;
  const found = /"(kindest\/node:[^"]+)"/.exec(defaults)?.[1] ?? "none";
  throw new Error(
    `the node image of kind ${versions.kind} is ${found}, and that of tooling/machine/versions.ts is ${versions.kindNode}`,
  );
}

/** Puts them into the cache. Needs the Go toolchain, and the way to its modules the first time. */
export async function fetchKindSource(): Promise<void> {
  await entry.ensure(async (folder) => {
    const modules = join(folder, "modules");
    const env = { GOMODCACHE: modules, GOFLAGS: "-modcacherw" };
    const source = await moduleSource(MODULE, SUM, folder, "kind", env);
    requireNodeImage(await readFile(join(source, "pkg", "apis", "config", "defaults", "image.go"), "utf8"));
    await cp(join(source, "images", "base", "files"), join(folder, "files"), { recursive: true });
    await rm(modules, { recursive: true, force: true });
  });
}

/** The program that {@link decideKind} has chosen. */
export async function kindProgram(): Promise<string> {
  return (await decideKind()).choice === "official" ? "kind" : programPath(goBuilds.kind, "kind");
}

/** Files of model versions that MLflow has lost: an older backup with them is not to make room for newer ones without. */
import { join } from "node:path";
import type { Manifest } from "../file/manifest";
import { readBackup } from "../file/reader";
import { isStored } from "../parts/artifacts";
import { keptFiles } from "./kept-files";

/** What helps, in `status`. */
export const LOST_FILES_REMEDY =
  "npm run backup -- DIR --fetch copies that backup, and npm run restore puts it into a lab without data; " +
  "to do without these versions, delete them in MLflow";

/** What a lab has lost since an older backup. */
export interface LostFiles {
  /** Model versions without files, such as `Food 2`. */
  readonly versions: readonly string[];
  /** Names of older backups that have them, of each version the newest one; and of those that cannot be read. */
  readonly heldBy: readonly string[];
}

/**
 * What the new backup of a stack lacks, and which older ones in its folder have it. They are read only if it lacks something.
 *
 * @param name Name of the new backup's file.
 */
export async function lostFiles(
  { name, manifest }: { readonly name: string; readonly manifest: Manifest },
  { folder, stack, passphrase }: { folder: string; stack: string; passphrase: string },
): Promise<LostFiles> {
  const without = sourcesOf(manifest).filter(({ stored }) => !stored);
  const lost = new Map(without.map(({ path, version }) => [path, version]));
  const versions = [...lost.values()];
  const heldBy: string[] = [];
  const older = keptFiles(folder, stack).filter((each) => each !== name);
  for (const file of older.sort().reverse()) {
    if (lost.size === 0) break;
    const found = await readBackup(join(folder, file), passphrase).catch(() => undefined);
    const held =
      found === undefined ? [] : sourcesOf(found).filter((each) => each.stored && lost.has(each.path));
    if (found === undefined || held.length > 0) heldBy.push(file);
    for (const { path } of held) lost.delete(path);
  }
  return { versions, heldBy };
}

/** Where the files of the model versions are, and whether there are any. */
function sourcesOf({ labs, files }: Manifest): { version: string; path: string; stored: boolean }[] {
  const all = files.map(({ path }) => path);
  return labs.flatMap(({ folder, database }) =>
    database.sources.flatMap(({ version, path }) =>
      path === null ? [] : [{ version, path, stored: isStored(`${folder}/artifacts/${path}`, all) }],
    ),
  );
}

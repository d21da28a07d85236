/** The files of backups on a schedule: what they are called, and which of them stay. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { freeBytes } from "../../support/disk";
import { megabytes } from "../parts/artifacts";

const NAME = /^([\w.-]+)-\d{8}T\d{6}Z\.backup$/;

/** The name of a stack's backup, `STACK-YYYYMMDDTHHMMSSZ.backup`: in the order of time where it is that of names. */
export const backupName = (stack: string, time: Date): string =>
  `${stack}-${time.toISOString().replace(/[-:]|\.\d+/g, "")}.backup`;

/** The stack that a file is a backup of; undefined for another file. */
export const stackOf = (file: string): string | undefined => NAME.exec(file)?.[1];

/** A backup elsewhere: on the volume in the cluster, or in S3. */
export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
}

/** The backups in a list of sizes and names. What the schedule has not written is none, and each name is there once. */
export function filesIn(printed: string): RemoteFile[] {
  const found = printed.split("\n").flatMap((line): [string, RemoteFile][] => {
    const [, bytes = "", name = ""] = /^(\d+) (.+)$/.exec(line) ?? [];
    return stackOf(name) === undefined ? [] : [[name, { name, bytes: Number(bytes) }]];
  });
  return [...new Map(found).values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The backups of a stack in a folder. */
export const keptFiles = (folder: string, stack: string): string[] =>
  readdirSync(folder).filter((file) => stackOf(file) === stack);

/**
 * Of some files the older backups of a stack, which are more than are kept, the newest of them first.
 *
 * @param spared Those that stay and count, whatever time is in their names: a clock may have been ahead.
 */
export function surplus(
  files: readonly string[],
  stack: string,
  keep: number,
  spared: readonly string[] = [],
): string[] {
  const own = files.filter((file) => stackOf(file) === stack);
  const others = own.filter((file) => !spared.includes(file));
  const left = Math.max(0, keep - (own.length - others.length));
  return others.sort().reverse().slice(left);
}

/**
 * Removes all but the newest backups of a stack.
 *
 * @param keep Number of backups that stay.
 * @param spared Those that stay and count, whatever time is in their names.
 * @returns the names of those that were removed
 */
export function prune(folder: string, stack: string, keep: number, spared: readonly string[] = []): string[] {
  const old = surplus(readdirSync(folder), stack, keep, spared);
  for (const file of old) rmSync(join(folder, file));
  return old;
}

/** Removes what a backup has left that was killed. @param before Those that were last written to before this time. */
export function removePartial(folder: string, before: Date): void {
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    if (file.endsWith(".backup.partial") && statSync(path).mtime < before) rmSync(path);
  }
}

/**
 * What is wrong with the room that is left for the next backup, which is written before an older one is removed;
 * undefined while the largest one would fit once more.
 *
 * @param free Bytes that are left. @default those of the folder's file system
 */
export async function shortOfRoom(folder: string, free?: number): Promise<string | undefined> {
  const left = free ?? (await freeBytes(folder));
  const sizes = readdirSync(folder)
    .filter((file) => stackOf(file) !== undefined)
    .map((file) => statSync(join(folder, file)).size);
  const largest = Math.max(0, ...sizes);
  return left >= largest
    ? undefined
    : `the volume of the backups is nearly full: ${megabytes(left)} are left, and a backup takes ${megabytes(largest)}`;
}

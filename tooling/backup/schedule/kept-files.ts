/** The files of backups on a schedule: what they are called, and which of them stay. */
import { readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { megabytes } from "../parts/artifacts";

const NAME = /^([\w.-]+)-\d{8}T\d{6}Z\.backup$/;

/** The name of a stack's backup, `STACK-YYYYMMDDTHHMMSSZ.backup`: in the order of time where it is that of names. */
export const backupName = (stack: string, time: Date): string =>
  `${stack}-${time.toISOString().replace(/[-:]|\.\d+/g, "")}.backup`;

/** The stack that a file is a backup of; undefined for another file. */
export const stackOf = (file: string): string | undefined => NAME.exec(file)?.[1];

/**
 * Removes all but the newest backups of a stack.
 *
 * @param keep Number of backups that stay.
 * @returns the names of those that were removed
 */
export function prune(folder: string, stack: string, keep: number): string[] {
  const own = readdirSync(folder).filter((file) => stackOf(file) === stack);
  const old = own.sort().reverse().slice(keep);
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
export function shortOfRoom(folder: string, free = freeBytes(folder)): string | undefined {
  const sizes = readdirSync(folder)
    .filter((file) => stackOf(file) !== undefined)
    .map((file) => statSync(join(folder, file)).size);
  const largest = Math.max(0, ...sizes);
  return free >= largest
    ? undefined
    : `the volume of the backups is nearly full: ${megabytes(free)} are left, and a backup takes ${megabytes(largest)}`;
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

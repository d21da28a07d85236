/** Settings with which this machine reaches packages, as far as images are built with them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Pip's settings of the whole machine. */
export const PIP_SETTINGS = "/etc/pip.conf";

/** The files that name the machine's sources of Debian packages. */
export function aptSourceFiles(): string[] {
  const folder = "/etc/apt/sources.list.d";
  const parts = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return ["/etc/apt/sources.list", ...parts].filter(
    (path) => existsSync(path) && /\.(list|sources)$/.test(path),
  );
}

/** Of these files, those with a user name or password in an address. Comments count: they are copied too. */
export function filesWithCredentials(files: readonly string[]): string[] {
  return files.filter((file) => existsSync(file) && CREDENTIALS.test(readFileSync(file, "utf8")));
}

const CREDENTIALS = /\b[a-z][a-z0-9+]*:\/\/[^\s/@]+@/i;

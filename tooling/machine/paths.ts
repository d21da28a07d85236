import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The checkout that this program runs from, as a source or compiled. */
export const checkout = folderWithPackage(__dirname);

/** The program behind `npm run`, which Node runs. */
export const launcher = join(checkout, "tooling", "gourmetgram.mjs");

/** The folder, or the nearest one around it, that has a package.json. */
function folderWithPackage(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : folderWithPackage(dirname(folder));
}

/**
 * Everything that the lab keeps on this machine, apart from Debian packages.
 *
 * @default ~/.cache/gourmetgram-lab, or the environment variable GOURMETGRAM_LAB_HOME
 */
export const home = resolve(
  process.env["GOURMETGRAM_LAB_HOME"] ?? join(homedir(), ".cache", "gourmetgram-lab"),
);

/** Build results. Survives `down`; may be deleted at any time while no lab runs. */
export const cache = join(home, "cache");

/** The Pulumi stacks' state and their passphrase. Removed by `down` once no stack is left. */
export const state = join(home, "state");

/** What the lab knows of its cluster, and the files that the cluster's nodes have mounted. Removed by `down`. */
export const live = join(home, "live");

/** Output of every step, for the reader of an error. Removed by a successful `down`. */
export const logs = join(home, "logs");

export const kubeconfig = join(live, "admin.kubeconfig");

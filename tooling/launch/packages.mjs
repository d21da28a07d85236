// What every command needs before its first package can be loaded. Plain JavaScript without dependencies, because on a
// fresh checkout there are none.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const checkout = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Ends the process with a remedy. */
export function fail(message, remedy, code = 1) {
  console.error(`error: ${message}\n  remedy: ${remedy}`);
  process.exit(code);
}

/** Whether npm has installed exactly what the lock file says. */
function isInstalled() {
  const installed = join(checkout, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const versions = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const has = versions(installed);
  const expected = Object.entries(versions(join(checkout, "package-lock.json")));
  return expected.every(
    ([path, entry]) => path === "" || entry.optional || has[path]?.version === entry.version,
  );
}

/** Makes sure that this Node fits, and that the npm packages are those of the lock file. Ends the process if not. */
export function requirePackages() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  // The "engines" of package.json: some packages are ES modules that CommonJS loads, which these versions can do.
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!fits) {
    fail(
      `Node ${process.versions.node} cannot run the lab, which needs 20.19 or a later 20, 22.12 or later`,
      "install such a version, as with: nvm install 22",
    );
  }
  if (isInstalled()) return;
  // Standard output belongs to the command: a script may be reading JSON from it.
  console.error("Installing npm packages");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: checkout,
    stdio: ["ignore", 2, 2],
  });
  if (status === 0) return;
  fail(
    "npm ci failed",
    "check that the machine reaches the npm registry, then run the same command again",
    status ?? 1,
  );
}

// Runs a TypeScript program of this project with its npm packages installed:
//   node tooling/with-packages.mjs FILE [ARGUMENT…]
// Plain JavaScript without dependencies, because on a fresh checkout there are none.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = join(dirname(fileURLToPath(import.meta.url)), "..");

const [major, minor] = process.versions.node.split(".").map(Number);
// The "engines" of package.json: some packages are ES modules that CommonJS loads, which these versions can do.
const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
if (!fits) {
  console.error(
    `error: Node ${process.versions.node} cannot run the lab, which needs 20.19 or a later 20, 22.12 or later\n` +
      "  remedy: install such a version, as with: nvm install 22",
  );
  process.exit(1);
}

/** Whether npm has installed exactly what the lock file says. */
function isInstalled() {
  const installed = join(checkout, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const versions = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const has = versions(installed);
  const wanted = Object.entries(versions(join(checkout, "package-lock.json")));
  return wanted.every(
    ([path, entry]) => path === "" || entry.optional || has[path]?.version === entry.version,
  );
}

if (!isInstalled()) {
  // Standard output belongs to the program: a script may be reading JSON from it.
  console.error("Installing npm packages");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: checkout,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) {
    console.error(
      "error: npm ci failed\n  remedy: check that the machine reaches the npm registry, then run the same command again",
    );
    process.exit(status ?? 1);
  }
}

const [first, ...rest] = process.argv.slice(2);
// `--run COMMAND…` runs any command instead of a TypeScript program.
const [command, args] =
  first === "--run"
    ? [rest[0], rest.slice(1)]
    : [process.execPath, ["-r", "ts-node/register", join(checkout, first), ...rest]];
const child = spawn(command, args, {
  cwd: checkout,
  stdio: "inherit",
  env: { ...process.env, TS_NODE_PROJECT: join(checkout, "tsconfig.json") },
});
// The program may have things to put away first, so it is the one to decide when to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  // A terminal sends its interrupts to the program as well.
  process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
}
child.on("exit", (status, signal) => process.exit(signal ? 130 : (status ?? 1)));

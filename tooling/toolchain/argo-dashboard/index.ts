import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { dependencies } from "../../../package.json";
import { cacheEntry, contentsOf } from "../../machine/cache";
import { checkout } from "../../machine/paths";
import { run, type Report } from "../../machine/run";
import { versions } from "../../machine/versions";
import { bundleDashboard } from "./build/bundle";

const folder = join(checkout, "tooling", "toolchain", "argo-dashboard");
const LOG = "argo-dashboard";

/** What the dashboard is made from. */
export const dashboardIngredients = (): string[] => [
  versions.argo,
  dependencies.esbuild,
  ...["browser", "build", "npm"].flatMap((part) => contentsOf(join(folder, part))),
];

/**
 * Makes Argo's dashboard, as files that its server embeds, unless it is in the cache. Its sources are in Argo's Go
 * module; its packages are those of `npm/package-lock.json`.
 *
 * @param source Folder of the module.
 * @returns the folder of the files
 * @throws CommandError if npm cannot install the packages; Error if a source cannot be bundled
 */
export async function buildDashboard(source: string, report: Report): Promise<string> {
  const entry = cacheEntry("programs", "argo-dashboard", dashboardIngredients());
  await entry.ensure(async (target) => {
    const argo = join(target, "argo");
    const ui = join(argo, "ui");
    for (const part of ["ui", "api"]) await cp(join(source, part), join(argo, part), { recursive: true });
    // Go makes downloaded modules read-only.
    await run("chmod", ["-R", "u+w", argo], { log: LOG });
    for (const part of ["browser", "npm"]) await cp(join(folder, part), ui, { recursive: true });
    await installPackages(ui, report);
    report("dashboard: bundling");
    await bundleDashboard(argo, join(target, "app"), `v${versions.argo}`);
    await rm(argo, { recursive: true, force: true });
  });
  return join(entry.folder, "app");
}

/** npm keeps what it has downloaded, so an interrupted installation goes on. No package runs anything of its own. */
async function installPackages(ui: string, report: Report): Promise<void> {
  const lock = JSON.parse(await readFile(join(ui, "package-lock.json"), "utf8")) as { packages: object };
  const all = Object.keys(lock.packages).length - 1;
  let fetched = 0;
  // argo-ui's metadata ask for React 16; Argo's dashboard is written for 18.
  const options = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=http"];
  await run("npm", ["ci", ...options], {
    cwd: ui,
    log: LOG,
    report: (line) => {
      if (line.includes(".tgz")) fetched += 1;
      report(`dashboard: ${fetched} of ${all} npm packages`);
    },
  });
}

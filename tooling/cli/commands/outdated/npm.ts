/** The packages of npm: the newest versions, and the advisories that the configured registry has. */
import { join } from "node:path";
import { type Answer, type Ask, type Hole, isNewer, jsonOf, type Old, reasonOf } from "./answer";

/** Folders with a lock file. The versions in the second one follow Argo's own lock file. */
const FOLDERS = [".", join("tooling", "toolchain", "argo-dashboard", "npm")] as const;

interface Advisory {
  readonly url?: string;
  readonly title: string;
  readonly range: string;
}

interface Vulnerable {
  readonly name: string;
  /** Advisories; a name is another package of the report, which has its own. */
  readonly via: readonly (string | Advisory)[];
  readonly fixAvailable: boolean | { readonly name: string; readonly version: string };
}

export async function askNpm(ask: Ask, checkout: string): Promise<Answer> {
  const unanswered: string[] = [];
  const old = await oldPackages(ask, checkout, unanswered);
  const holes: Hole[] = [];
  let audited = 0;
  for (const folder of FOLDERS) {
    const args = ["audit", "--json", "--package-lock-only"];
    const printed = await ask("npm", args, { cwd: join(checkout, folder) });
    const found = jsonOf(printed.stdout) as
      { vulnerabilities?: Record<string, Vulnerable>; message?: string } | undefined;
    const where = join(folder, "package-lock.json");
    if (found?.vulnerabilities === undefined) {
      unanswered.push(
        `vulnerabilities of ${where}: ${(found?.message ?? reasonOf(printed)).replace(URL_IN_TEXT, "the registry")}`,
      );
      continue;
    }
    audited += 1;
    holes.push(...Object.values(found.vulnerabilities).flatMap((each) => holesOf(each, where)));
  }
  return {
    source: "npm",
    answered: { versions: old === undefined ? 0 : 1, vulnerabilities: audited },
    old: old ?? [],
    holes,
    unanswered,
  };
}

/** A registry's address may have a password. */
const URL_IN_TEXT = /https?:\/\/\S+/g;

/** Of those that package.json names. */
async function oldPackages(ask: Ask, checkout: string, unanswered: string[]): Promise<Old[] | undefined> {
  // Exit code 1 says that something is old.
  const printed = await ask("npm", ["outdated", "--json"], { cwd: checkout });
  const found = jsonOf(printed.stdout.trim() === "" && printed.exitCode === 0 ? "{}" : printed.stdout);
  if (typeof found !== "object" || found === null || "error" in found) {
    unanswered.push(
      `newest versions of package.json: ${reasonOf(printed).replace(URL_IN_TEXT, "the registry")}`,
    );
    return undefined;
  }
  return Object.entries(found as Record<string, { current?: string; wanted: string; latest: string }>)
    .map(([name, { current, wanted, latest }]) => ({
      name,
      current: (current ?? wanted).replace(/^v/, ""),
      latest,
      where: ["package.json"],
    }))
    .filter(({ current, latest }) => isNewer(latest, current));
}

function holesOf({ name, via, fixAvailable }: Vulnerable, where: string): Hole[] {
  const fixed = typeof fixAvailable === "object" ? [`${fixAvailable.name} ${fixAvailable.version}`] : [];
  return via
    .filter((each) => typeof each === "object")
    .map(({ url, title, range }) => ({
      id: url?.split("/").at(-1) ?? title,
      name,
      version: range,
      fixed,
      where: [where],
    }));
}

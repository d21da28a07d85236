/** The packages of Python, as the lists of requirements pin them: asked by pip and by pip-audit. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pMap from "p-map";
import { messageOf } from "../../../support/errors";
import { withTemporaryFolder } from "../../../support/interruption";
import { type Answer, type Ask, type Hole, isNewer, jsonOf, type Old, reasonOf } from "./answer";

interface Pin {
  readonly name: string;
  readonly version: string;
}

/** pip-audit's answer. What it does not find it leaves out, and says so here alone. */
interface Audited {
  readonly dependencies: readonly (
    | { readonly name: string; readonly version: string; readonly vulns: readonly Vulnerability[] }
    | { readonly name: string; readonly skip_reason: string }
  )[];
}

interface Vulnerability {
  readonly id: string;
  readonly fix_versions: readonly string[];
}

export interface PythonToAsk {
  readonly checkout: string;
  /** Paths in the checkout of the complete lists, `….txt`; beside each is the `….in` that it was made from, or none. */
  readonly lists: readonly string[];
  /** A Python with pip-audit. @throws Error if it cannot be installed */
  readonly auditor: () => Promise<string>;
}

export async function askPython(ask: Ask, { checkout, lists, auditor }: PythonToAsk): Promise<Answer> {
  const files = lists.map((list) => ({ list, pins: pinsIn(readFileSync(join(checkout, list), "utf8")) }));
  const unanswered: string[] = [];
  const whereOf = (name: string, version: string): string[] =>
    files
      .filter(({ pins }) => pins.some((pin) => pin.name === normal(name) && pin.version === version))
      .map(({ list }) => list);

  const named = new Set(lists.flatMap((list) => namesIn(readSource(checkout, list))));
  const direct = files.flatMap(({ pins }) => pins).filter(({ name }) => named.has(name));
  const latest = await newest(ask, new Set(direct.map(({ name }) => name)), unanswered);
  const old: Old[] = [];
  for (const { name, version } of distinct(direct)) {
    const newestOne = latest.get(name);
    if (newestOne !== undefined && isNewer(newestOne, version)) {
      old.push({ name, current: version, latest: newestOne, where: whereOf(name, version) });
    }
  }

  const all = distinct(files.flatMap(({ pins }) => pins));
  const { holes, audited } = await vulnerable(ask, auditor, all, whereOf, unanswered);
  return {
    source: "Python",
    answered: { versions: latest.size, vulnerabilities: audited },
    old,
    holes,
    unanswered,
  };
}

/** pip knows which index this machine uses. */
async function newest(
  ask: Ask,
  names: ReadonlySet<string>,
  unanswered: string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const reasons: string[] = [];
  await pMap(
    names,
    async (name) => {
      const args = ["-m", "pip", "index", "versions", "--disable-pip-version-check", name];
      const printed = await ask("python3", args);
      const version = /^\S+ \(([^)]+)\)/m.exec(printed.stdout)?.[1];
      if (version === undefined) reasons.push(`newest version of ${name}: ${reasonOf(printed)}`);
      else found.set(name, version);
    },
    { concurrency: 4 },
  );
  unanswered.push(...reasons.sort());
  return found;
}

async function vulnerable(
  ask: Ask,
  auditor: () => Promise<string>,
  pins: readonly Pin[],
  whereOf: (name: string, version: string) => string[],
  unanswered: string[],
): Promise<{ holes: Hole[]; audited: number }> {
  let python: string;
  try {
    python = await auditor();
  } catch (error) {
    unanswered.push(
      `vulnerabilities of Python packages, for which pip-audit is installed: ${messageOf(error)}`,
    );
    return { holes: [], audited: 0 };
  }
  const holes: Hole[] = [];
  const skipped: string[] = [];
  let audited = 0;
  await withTemporaryFolder("outdated", async (folder) => {
    for (const [index, part] of withoutTwice(pins).entries()) {
      const list = join(folder, `${index}.txt`);
      writeFileSync(list, part.map(({ name, version }) => `${name}==${version}\n`).join(""));
      const options = ["--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off"];
      const printed = await ask(python, ["-m", "pip_audit", ...options, "-r", list]);
      const found = jsonOf(printed.stdout) as Audited | undefined;
      if (found?.dependencies === undefined) {
        unanswered.push(`vulnerabilities of ${part.length} Python packages: ${reasonOf(printed)}`);
        continue;
      }
      for (const each of found.dependencies) {
        if ("skip_reason" in each) {
          skipped.push(each.name);
          continue;
        }
        audited += 1;
        const { name, version, vulns } = each;
        for (const { id, fix_versions: fixed } of vulns) {
          holes.push({ id, name, version, fixed, where: whereOf(name, version) });
        }
      }
    }
  });
  if (skipped.length > 0) {
    const names = `${skipped.slice(0, 3).join(", ")}${skipped.length > 3 ? ", …" : ""}`;
    unanswered.push(
      `vulnerabilities of ${skipped.length} Python packages (${names}): the index does not tell pip-audit`,
    );
  }
  return { holes, audited };
}

/** Lists in which no package is twice, which pip-audit refuses: two images may pin two versions of one. */
function withoutTwice(pins: readonly Pin[]): Pin[][] {
  const lists: Pin[][] = [];
  for (const pin of pins) {
    const free = lists.find((list) => list.every(({ name }) => name !== pin.name));
    if (free === undefined) lists.push([pin]);
    else free.push(pin);
  }
  return lists;
}

/** The packages that a complete list pins. */
export const pinsIn = (text: string): Pin[] =>
  [...text.matchAll(/^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)/gm)].map(
    ([, name = "", version = ""]) => ({
      name: normal(name),
      version,
    }),
  );

/** The packages that somebody has chosen. */
export const namesIn = (text: string): string[] =>
  [...text.matchAll(/^([A-Za-z0-9][A-Za-z0-9._-]*)/gm)].map(([, name = ""]) => normal(name));

const normal = (name: string): string => name.toLowerCase().replace(/[._-]+/g, "-");

function readSource(checkout: string, list: string): string {
  try {
    return readFileSync(join(checkout, list.replace(/\.txt$/, ".in")), "utf8");
  } catch {
    // A copy of another one.
    return "";
  }
}

const distinct = (pins: readonly Pin[]): Pin[] => [
  ...new Map(pins.map((pin) => [`${pin.name} ${pin.version}`, pin])).values(),
];

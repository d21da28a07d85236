/** The Go modules that programs are built from: asked by go, and by govulncheck where it is installed. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { withTemporaryFolder } from "../../../support/interruption";
import { type Answer, type Ask, type Hole, jsonOf, type Old, reasonOf } from "./answer";

interface Module {
  readonly Path: string;
  readonly Version: string;
  readonly Update?: { readonly Version: string };
  readonly Retracted?: readonly string[];
  readonly Error?: { readonly Err: string };
}

/** What govulncheck prints, one object after another. */
interface Message {
  readonly finding?: {
    readonly osv: string;
    readonly fixed_version?: string;
    readonly trace: readonly { readonly module: string; readonly version?: string }[];
  };
}

export interface GoToAsk {
  /** The folder whose folders have a go.mod each. */
  readonly modules: string;
  /** The environment in which `go` is found. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function askGo(ask: Ask, { modules, environment }: GoToAsk): Promise<Answer> {
  const folders = readdirSync(modules).sort();
  return withTemporaryFolder("outdated", async (cache) => {
    // Nothing is left in the lab's cache, and no go.mod of the checkout is completed.
    const env = { ...environment, GOMODCACHE: cache, GOFLAGS: "-mod=mod -modcacherw" };
    const unanswered: string[] = [];
    const wanted = new Map<string, string[]>();
    for (const folder of folders) {
      const printed = await ask("go", ["mod", "edit", "-json"], { cwd: join(modules, folder), env });
      const found = jsonOf(printed.stdout) as
        { Require?: { Path: string; Version: string; Indirect?: boolean }[] | null } | undefined;
      if (found === undefined) {
        unanswered.push(`newest modules of ${folder}/go.mod: ${reasonOf(printed)}`);
        continue;
      }
      for (const { Path, Version, Indirect } of found.Require ?? []) {
        if (Indirect === true) continue;
        const module = `${Path}@${Version}`;
        wanted.set(module, [...(wanted.get(module) ?? []), `${folder}/go.mod`]);
      }
    }
    const { old, answered } = await newest(ask, { cwd: cache, env }, wanted, unanswered);
    const { holes, looked } = await vulnerable(ask, modules, folders, env, unanswered);
    return {
      source: "Go",
      answered: { versions: answered, vulnerabilities: looked },
      old,
      holes,
      unanswered,
    };
  });
}

async function newest(
  ask: Ask,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  wanted: ReadonlyMap<string, readonly string[]>,
  unanswered: string[],
): Promise<{ old: Old[]; answered: number }> {
  if (wanted.size === 0) return { old: [], answered: 0 };
  const printed = await ask("go", ["list", "-e", "-m", "-u", "-json", ...wanted.keys()], options);
  const modules = objectsIn(printed.stdout) as Module[];
  const old: Old[] = [];
  let answered = 0;
  for (const [module, where] of wanted) {
    const found = modules.find(({ Path, Version }) => `${Path}@${Version}` === module);
    if (found === undefined || found.Error !== undefined) {
      const reason = found?.Error?.Err ?? reasonOf(printed);
      unanswered.push(
        `newest version of ${module}: ${reason.replace(/https?:\/\/\S+/g, "the proxy").replace(/\s+/g, " ")}`,
      );
      continue;
    }
    answered += 1;
    const { Path: name, Version: current, Update, Retracted } = found;
    if (Update !== undefined) old.push({ name, current, latest: Update.Version, where });
    else if (Retracted !== undefined)
      old.push({ name, current, latest: `retracted: ${Retracted.join("; ")}`, where });
  }
  return { old, answered };
}

async function vulnerable(
  ask: Ask,
  modules: string,
  folders: readonly string[],
  env: Readonly<Record<string, string>>,
  unanswered: string[],
): Promise<{ holes: Hole[]; looked: number }> {
  const holes: Hole[] = [];
  let looked = 0;
  for (const folder of folders) {
    const args = ["-format", "json", "-scan", "module", "-C", join(modules, folder)];
    const printed = await ask("govulncheck", args, { env });
    if (printed.exitCode === undefined) {
      unanswered.push(
        "vulnerabilities of Go modules: there is no govulncheck on the PATH; go install golang.org/x/vuln/cmd/govulncheck@latest",
      );
      break;
    }
    if (printed.exitCode !== 0) {
      unanswered.push(`vulnerabilities of ${folder}/go.mod: ${reasonOf(printed)}`);
      continue;
    }
    looked += 1;
    for (const { finding } of objectsIn(printed.stdout) as Message[]) {
      const [first] = finding?.trace ?? [];
      if (finding === undefined || first === undefined) continue;
      holes.push({
        id: finding.osv,
        name: first.module,
        version: first.version ?? "",
        fixed: finding.fixed_version === undefined ? [] : [finding.fixed_version],
        where: [`${folder}/go.mod`],
      });
    }
  }
  return { holes, looked };
}

/** JSON objects that a program has printed one after another, each over several lines, as Go's programs do. */
export const objectsIn = (text: string): unknown[] =>
  text
    .split(/^(?=\{$)/m)
    .map(jsonOf)
    .filter((each) => each !== undefined);

/** The lab's Git repositories, as bundles: Git's own form of a copy, which holds all of a moment while others push. */
import { type Readable, Transform } from "node:stream";
import type { BackupOutputs } from "../../../stacks";
import type { RepositoryRecord } from "../file/manifest";
import type { BackupWriter } from "../file/writer";
import { printedBy, type RunInLab } from "./access";
import { stored } from "./database";

/** Where the git server's pod has them, as components/app-repository/git-server-pod.ts says. */
const ROOT = "/srv/git";

const REFERENCES = 'exec git -C "$1" for-each-ref --format="%(refname) %(objectname)"';
const BUNDLE = 'exec git -C "$1" bundle create --quiet - --all';
/** Written to the volume first, because Git reads a bundle from a file. Then no reference is left that it has not. */
const UNBUNDLE = `set -eu
file="$2/.restoring.bundle"
trap 'rm -f "$file"' EXIT
head -c "$3" > "$file"
git -C "$1" fetch --quiet --force --prune --no-auto-gc "$file" '+refs/*:refs/*'`;

const program = (script: string, name: string, ...args: readonly string[]): string[] => [
  "sh",
  "-c",
  script,
  "sh",
  `${ROOT}/${name}`,
  ...args,
];

/** The names of the lab's repositories, such as `gourmetgram.git`. */
export const repositoryNames = ({ appRepository, trainRepository }: BackupOutputs): string[] =>
  [appRepository, trainRepository].flatMap((each) =>
    each === null ? [] : [new URL(each.url).pathname.slice(1)],
  );

/** Commits by the full names of their references. */
export async function referencesOf(run: RunInLab, name: string): Promise<Readonly<Record<string, string>>> {
  const printed = await printedBy(run, program(REFERENCES, name));
  return Object.fromEntries(
    printed
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(" ") as [string, string]),
  );
}

export async function backUpRepository(
  run: RunInLab,
  writer: BackupWriter,
  name: string,
  path: string,
): Promise<RepositoryRecord> {
  let beginning = "";
  await stored(writer, path, (output) => {
    const look = new Transform({
      transform: (chunk: Buffer, _, done) => {
        if (!beginning.includes(HEADER_END)) beginning += chunk.toString("latin1");
        done(null, chunk);
      },
    });
    look.pipe(output);
    return run(program(BUNDLE, name), { output: look });
  });
  return { name, references: referencesIn(beginning) };
}

const HEADER_END = "\n\n";

/** The references in the header of a bundle; source: `gitformat-bundle` of Git. */
function referencesIn(bundle: string): Readonly<Record<string, string>> {
  const lines = bundle.slice(0, bundle.indexOf(HEADER_END)).split("\n");
  const found = lines.flatMap((line) => {
    const [, commit = "", name = ""] = /^([0-9a-f]{40,64}) (refs\/.+)$/.exec(line) ?? [];
    return commit === "" ? [] : [[name, commit] as const];
  });
  return Object.fromEntries(found);
}

export async function restoreRepository(
  run: RunInLab,
  name: string,
  bundle: Readable,
  bytes: number,
): Promise<void> {
  await run(program(UNBUNDLE, name, ROOT, String(bytes)), { input: bundle });
}

/** The branches on which somebody has pushed: all that is not as the lab came. */
export function pushedBranches(references: Readonly<Record<string, string>>): string[] {
  const course = references["refs/heads/course"];
  return Object.entries(references)
    .filter(([name, commit]) => commit !== course && name !== "refs/heads/mlops-bad")
    .map(([name]) => name.replace("refs/heads/", ""));
}

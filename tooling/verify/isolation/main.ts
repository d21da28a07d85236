import { randomBytes } from "node:crypto";
import { Command, CommanderError } from "commander";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { stackName } from "../../engine/stack-settings";
import { clusterOf } from "../../live/api-clients";
import { closingText, exitCodeOf, type Result } from "../report";
import { carryOut } from "./carry-out";
import { findShared, findStudent } from "./targets";
import type { Probing } from "./probe";
import { studentStacks } from "./stacks";
import { standIn } from "./stand-in";
import { pushOwnBlob } from "./own-blob";
import type { Student, StudentStack } from "./student";
import { roundsOf } from "./tries/tries";

interface Options {
  json?: boolean;
  students?: string[];
}

/** Exit code for a class that cannot be reached and for a command line that cannot be understood. */
const NOT_VERIFIED = 2;
const INTERRUPTED = 130;
/** Milliseconds that all of it may take. */
const TIMEOUT = 900_000;

const program = new Command("verify:class")
  .description(
    "Proves that the students of a live class are kept apart: tries from the place of each to reach another.",
  )
  .option("--json", "print one JSON document for scripts, and nothing else")
  .option("--students <names>", "these students, with commas between them", (text) => text.split(","))
  .addHelpText(
    "after",
    `
The class is ${stackName}; the environment variable GOURMETGRAM_STACK names another. Without --students, the first two
are taken. Each tries the next one, and the last one the first.
Pods are created in their namespaces for a moment, with the rights of whoever runs this, and a few bytes are pushed to
each one's repository and removed. Nothing else is changed: what would change something is asked for as a dry run.

Exit code: 0 all as it must be, 1 something is not, 2 the class cannot be reached.`,
  )
  .showHelpAfterError("(run with --help for the options)")
  .exitOverride();

/** @returns the results of all rounds */
async function verify(
  stacks: readonly StudentStack[],
  probing: Probing,
  tell: (result: Result) => void,
): Promise<Result[]> {
  const removals: (() => Promise<void>)[] = [];
  try {
    const students: Student[] = [];
    for (const stack of stacks) {
      removals.push(await standIn(stack, probing));
      const { digest, remove } = await pushOwnBlob(stack, probing.id);
      removals.push(remove);
      students.push(await findStudent(stack, probing.core, digest));
    }
    const [first] = students;
    if (first === undefined) return [];
    const results: Result[] = [];
    for (const round of roundsOf(students, await findShared(first, probing.core))) {
      results.push(...(await carryOut(round, probing, tell)));
    }
    return results;
  } finally {
    for (const remove of removals) {
      await remove().catch((error: unknown) => console.error(`not removed: ${textOf(error)}`));
    }
  }
}

/** @returns the exit code */
async function main(): Promise<number> {
  const { json = false, students } = program.parse().opts<Options>();
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => interruption.abort(new Error("interrupted")));
  }
  const { core, stacks } = await openClass(students).catch((error: unknown) => {
    if (json) console.log(documentOf([], [], textOf(error)));
    throw error;
  });
  const names = stacks.map(({ name }) => name);
  if (!json) console.log(`Verifying class ${stackName}: ${names.join(", ")}`);
  const probing = {
    core,
    id: randomBytes(4).toString("hex"),
    progress: () => undefined,
    signal: AbortSignal.any([interruption.signal, AbortSignal.timeout(TIMEOUT)]),
  };
  const results = await verify(stacks, probing, (result) => {
    if (!json) console.log(lineOf(result));
  });
  console.log(json ? documentOf(names, results) : `\n${closingText(results)}`);
  return interruption.signal.aborted ? INTERRUPTED : exitCodeOf(results);
}

/**
 * Finds the class.
 *
 * @throws Error with a remedy if it is not there, or its cluster does not answer
 */
async function openClass(students: readonly string[] | undefined) {
  const config = await clusterConfig();
  await requireAnswer(config);
  return { core: clusterOf(config).core, stacks: await studentStacks(stackName, students) };
}

/** Everything as one JSON document. Without results, it says why there are none. */
function documentOf(students: readonly string[], results: readonly Result[], error?: string): string {
  const failed = results.filter(({ passed }) => !passed).length;
  const counts = { passed: results.length - failed, failed };
  return JSON.stringify({ class: stackName, students, ...counts, tries: results, error }, null, 2);
}

function lineOf({ passed, name, title, evidence }: Result): string {
  return `${passed ? "ok    " : "FAILED"} ${name}: ${title}: ${evidence.join(", ")}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().then(
  // Not by the exit code alone: a request that hangs would keep the process alive.
  (code) => process.exit(code),
  (error: unknown) => {
    const told = error instanceof CommanderError;
    if (!told) console.error(`error: ${textOf(error)}`);
    process.exit(told && error.exitCode === 0 ? 0 : NOT_VERIFIED);
  },
);

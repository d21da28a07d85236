import { randomBytes } from "node:crypto";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { stackName } from "../../engine/stack-settings";
import { clusterOf } from "../../live/api-clients";
import { beforeStart, messageOf } from "../../support/errors";
import { finishing, interruption } from "../../support/interruption";
import { tellData } from "../../support/output";
import { closingText, countsOf, exitCodeOf, type Result } from "../report";
import { carryOut } from "./carry-out";
import { findShared, findStudent } from "./targets";
import type { Probing } from "./probe";
import { studentStacks } from "./stacks";
import { standIn } from "./stand-in";
import { pushOwnBlob } from "./own-blob";
import type { Student, StudentStack } from "./student";
import { roundsOf } from "./tries/tries";

/** Milliseconds that all of it may take. */
const TIMEOUT = 900_000;

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
      await remove().catch((error: unknown) => console.error(`not removed: ${messageOf(error)}`));
    }
  }
}

/** Proves that the students of a live class are kept apart. Exit code 1 if one reaches another. */
export async function verifyClass({ students }: { students?: string[] }): Promise<void> {
  tellData(documentOf([], []));
  const { core, stacks } = await beforeStart(() => openClass(students));
  const names = stacks.map(({ name }) => name);
  console.log(`Verifying class ${stackName}: ${names.join(", ")}`);
  const probing = {
    core,
    id: randomBytes(4).toString("hex"),
    progress: () => undefined,
    signal: AbortSignal.any([interruption, AbortSignal.timeout(TIMEOUT)]),
  };
  const results = await finishing(() => verify(stacks, probing, (result) => console.log(lineOf(result))));
  tellData(documentOf(names, results));
  console.log(`\n${closingText(results)}`);
  process.exitCode = exitCodeOf(results);
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

const documentOf = (students: readonly string[], results: readonly Result[]) => ({
  class: stackName,
  students,
  ...countsOf(results),
  tries: results,
});

function lineOf({ passed, name, title, evidence }: Result): string {
  return `${passed ? "ok    " : "FAILED"} ${name}: ${title}: ${evidence.join(", ")}`;
}

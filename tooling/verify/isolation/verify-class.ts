import { randomBytes } from "node:crypto";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { hasOwnCluster, stackName } from "../../engine/stack/stack-settings";
import { type Cluster, clusterOf } from "../../live/api-clients";
import { beforeStart, messageOf } from "../../support/errors";
import { Argo } from "../../live/workflows/argo";
import { finishing, interruption } from "../../support/interruption";
import { tellData } from "../../support/output";
import { startBuilder } from "../pods/running-builder";
import { closingText, countsOf, exitCodeOf, type Result } from "../suite/report";
import { aftermath } from "./aftermath";
import { attacksOf, startTarget } from "./attacks";
import { carryOut, Findings } from "./carry-out";
import { findShared, findStudent } from "./students/targets";
import type { Probing } from "./probe";
import { tryDockerfiles } from "./dockerfiles/try-dockerfiles";
import { type PushWork, verifyPushes } from "./pushes/pushes";
import type { Pusher } from "./pushes/ways";
import { studentStacks } from "./students/stacks";
import { standIn } from "./students/stand-in";
import { pushOwnBlob } from "./students/own-blob";
import type { Student, StudentStack } from "./students/student";
import { roundsOf } from "./tries/tries";
import type { Try } from "./tries/try";

/** Milliseconds that all of it may take. */
const TIMEOUT = 1_800_000;

/** @param attacks Whether students try on purpose what would harm the class. */
async function verify(
  stacks: readonly StudentStack[],
  attacks: boolean,
  probing: Probing,
  findings: Findings,
): Promise<void> {
  const { cluster } = probing;
  const removals: (() => Promise<void>)[] = [];
  try {
    const students: Student[] = [];
    const targets = new Map<string, string>();
    for (const stack of stacks) {
      removals.push(await standIn(stack, probing));
      removals.push(await startBuilder(stack.outputs.builder, cluster, probing));
      const { digest, remove } = await pushOwnBlob(stack, probing.id);
      removals.push(remove);
      const known = { blob: digest, pipelineImage: await pipelineImageOf(stack, cluster) };
      students.push(await findStudent(stack, cluster.core, known));
      if (!attacks) continue;
      const target = await startTarget(stack, cluster, probing.id);
      removals.push(target.remove);
      targets.set(stack.name, target.name);
    }
    const [first] = students;
    if (first === undefined) return;
    const shared = await findShared(first, cluster.core);
    const attack = (own: Student, other: Student): Try[] => {
      const run = targets.get(own.name);
      return run === undefined ? [] : attacksOf(own, other, shared, { run, isHost: !hasOwnCluster() });
    };
    for (const round of roundsOf(students, shared, attack)) {
      await carryOut(round, probing, findings);
    }
    // All have a disk with the same kind of limit: the first one fills hers.
    const push = (own: Pusher, other: Pusher, work: PushWork): Promise<void> =>
      attacks ? tryDockerfiles(own, other, shared, work, own.name === first.name) : Promise.resolve();
    await verifyPushes(students, push, probing, findings);
  } finally {
    for (const remove of removals) {
      await remove().catch((error: unknown) => console.error(`not removed: ${messageOf(error)}`));
    }
  }
}

/** @throws Error if the template that builds has no container */
async function pipelineImageOf({ outputs }: StudentStack, cluster: Cluster): Promise<string> {
  const { spec } = await new Argo(cluster, outputs.namespace).template(outputs.workflowTemplates.build);
  const image = (spec.templates ?? []).flatMap(({ container }) => container?.image ?? [])[0];
  if (image === undefined) throw new Error(`${outputs.workflowTemplates.build} has no container`);
  return image;
}

/** Proves that the students of a live class are kept apart. Exit code 1 if one reaches another. */
export async function verifyClass(options: { students?: string[]; attacks?: boolean }): Promise<void> {
  const { students, attacks = false } = options;
  tellData(documentOf([], []));
  const { cluster, stacks } = await beforeStart(() => openClass(students));
  const names = stacks.map(({ name }) => name);
  console.log(`Verifying class ${stackName}: ${names.join(", ")}`);
  const probing: Probing = {
    cluster,
    id: randomBytes(4).toString("hex"),
    progress: () => undefined,
    signal: AbortSignal.any([interruption, AbortSignal.timeout(TIMEOUT)]),
  };
  const findings = new Findings((result) => console.log(lineOf(result)));
  await finishing(async () => {
    await verify(stacks, attacks, probing, findings);
    // What stands in for applications is gone by then.
    if (attacks) await aftermath(stacks, probing, findings);
  });
  const { results } = findings;
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
  return { cluster: clusterOf(config), stacks: await studentStacks(stackName, students) };
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

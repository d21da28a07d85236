import type { LabOutputs } from "../../stacks";
import { apiIsReady, clusterNotes, currentNode } from "../cluster/kind";
import { nodeCount } from "../cluster/node-count";
import { clusterRecord } from "../cluster/record";
import { isCold, clusterSteps, engineSteps, tidyStep, type LabParts } from "../cluster/embedded-lab";
import { requireDocker } from "../machine/docker";
import { labParts, partsOf, partsText } from "../cluster/lab-parts";
import { checkMachine, requireMachine } from "../cluster/preflight";
import { classStacksInState, prepareState, pulumi, selectStack, stackOutputs } from "../engine/stack";
import { clusterConfig, requireAnswer, waitForWorkloads } from "../engine/cluster";
import { wishFor } from "../machine/reach";
import { hasOwnCluster, stackName } from "../engine/stack-settings";
import { recordTiming } from "../machine/timings";
import { runSteps, type Step } from "../machine/steps";

export interface UpOptions {
  dryRun?: boolean;
  expectNoChanges?: boolean;
  clusterOnly?: boolean;
  online?: boolean;
  offline?: boolean;
}

/** What an `up` can amount to; each is timed by itself. The targets are for two cores. */
export const upKinds = {
  cold: { title: "up from nothing", targetMinutes: 45 },
  warm: { title: "up from caches", targetMinutes: 2.5 },
  again: { title: "up again", targetMinutes: undefined },
} as const;

async function kindOfUp(parts: LabParts): Promise<keyof typeof upKinds> {
  if (isCold(parts)) return "cold";
  return (await apiIsReady()) ? "again" : "warm";
}

/** Each step once, in the order of its first mention. */
const distinct = (steps: readonly Step[]): Step[] => [
  ...new Map(steps.map((step) => [step.title, step])).values(),
];

async function showPlan(steps: readonly Step[], parts: LabParts): Promise<void> {
  console.log(
    `Stack ${stackName}, on ${hasOwnCluster() ? "the cluster that it names" : "the embedded cluster"}.`,
  );
  for (const step of steps)
    console.log(`  ${(await step.isDone?.()) === true ? "done " : "to do"}  ${step.title}`);
  console.log("  to do  pulumi up (npm run pulumi -- preview shows its changes)");
  if (hasOwnCluster()) return;
  for (const { obstacle } of await checkMachine(parts)) {
    if (obstacle !== undefined) console.log(`  in the way: ${obstacle.problem}; ${obstacle.remedy}`);
  }
}

/** Says how the running cluster differs from the one that this checkout would make. */
function tellNotes({ images }: LabParts): void {
  const record = clusterRecord();
  if (record === undefined) return;
  const notes = clusterNotes(record, { ...currentNode(images), nodes: nodeCount() });
  for (const note of notes) console.log(note);
}

/** @throws Error if a class has the embedded cluster: a lab of one's own would take its registry and its Argo over */
function requireNoClass(): void {
  const stacks = hasOwnCluster() ? [] : classStacksInState();
  if (stacks.length === 0) return;
  throw new Error(
    `the embedded cluster has a class on it, with the stacks ${stacks.join(", ")}\n` +
      "  remedy: npm run class -- down --roster FILE, or work with the class alone",
  );
}

const readiness = (namespaces: readonly string[]): Step => ({
  title: "MLflow, its database, the application's repository and the builder ready",
  run: (report) => waitForWorkloads(namespaces, report),
  remedy: "npm run kubectl -- get pods --all-namespaces",
});

/** Stands up the lab. What is there already is left as it is, so an interrupted run goes on where it ended. */
export async function up(options: UpOptions): Promise<void> {
  const start = Date.now();
  wishFor(options);
  const decisions = await labParts();
  const parts = partsOf(decisions);
  const [engine] = decisions;
  console.log(hasOwnCluster() ? partsText([engine]) : partsText(decisions));
  const steps = distinct([
    ...(hasOwnCluster() ? [] : clusterSteps(parts)),
    ...engineSteps(engine.choice),
    tidyStep(parts),
  ]);
  if (options.dryRun === true) return showPlan(steps, parts);
  if (!hasOwnCluster()) await requireMachine(parts);
  const kind = hasOwnCluster() ? undefined : await kindOfUp(parts);
  await runSteps(steps);
  if (!hasOwnCluster()) tellNotes(parts);
  if (options.clusterOnly === true) return;
  requireNoClass();
  await prepareState();
  await requireAnswer(await clusterConfig());
  await requireDocker();
  await selectStack();
  // Without a terminal Pulumi's redrawn table would be pages of repetition.
  const display = process.stdout.isTTY ? [] : ["--suppress-progress"];
  const expectation = options.expectNoChanges === true ? ["--expect-no-changes"] : [];
  const code = await pulumi([
    "up",
    "--yes",
    "--skip-preview",
    "--stack",
    stackName,
    ...display,
    ...expectation,
  ]);
  if (code !== 0) {
    throw new Error(
      "pulumi up ended with an error, shown above. What was made is kept: mend the cause and run the same command again.",
    );
  }
  const outputs = (await stackOutputs()) as Partial<LabOutputs> | undefined;
  const namespaces = [outputs?.namespace, outputs?.builder?.namespace].filter((each) => each !== undefined);
  await runSteps([readiness(namespaces)]);
  if (kind !== undefined) recordTiming(upKinds[kind].title, Date.now() - start);
  console.log("\nThe lab is up. Train a model, and see it come to staging:\n\n  npm run train\n");
  console.log(
    "  npm run open       where MLflow, staging and the application's repository are\n" +
      "  npm run verify     proves that the lab works\n" +
      "  npm run status     shows what runs and where it is reached",
  );
}

import { engineSteps, clusterSteps, tidyStep, type LabParts } from "./embedded-lab";
import { clusterNotes, currentNode } from "./kind";
import { labParts, partsOf, partsText } from "./lab-parts";
import { nodeCount } from "./node-count";
import { requireDockerForImages, requireMachine } from "./preflight";
import { hasOwnCluster } from "../engine/stack/stack-settings";
import { clusterRecord } from "../machine/cluster-record";
import { decideEngine } from "../machine/reach";
import { runSteps, type Step } from "../machine/steps/steps";

/** What puts the engine in place and, unless the stack names a cluster of its own, the embedded cluster. */
export interface Plan {
  readonly parts: LabParts;
  /** Where each part comes from, for people. */
  readonly text: string;
  readonly steps: readonly Step[];
}

/**
 * Decides where the parts come from. Changes nothing.
 *
 * @param renew Whether the certificates of the embedded cluster are renewed even if they have long to go.
 */
export async function planCluster(renew = false): Promise<Plan> {
  const decisions = hasOwnCluster() ? ([await decideEngine()] as const) : await labParts();
  const [engine] = decisions;
  const parts = partsOf(decisions);
  const steps = [
    ...(hasOwnCluster() ? [] : clusterSteps(parts, renew)),
    ...engineSteps(engine.choice),
    tidyStep(parts),
  ];
  return {
    parts,
    text: partsText(decisions),
    // Each step once, in the order of its first mention.
    steps: [...new Map(steps.map((step) => [step.title, step])).values()],
  };
}

/**
 * Carries the plan out. What is there already is left as it is.
 *
 * @param forStack Whether a stack follows, whose images Docker builds.
 * @throws Error with a remedy if this machine cannot hold the cluster or build the images, or a step fails
 */
export async function bringUpCluster({ parts, steps }: Plan, forStack = true): Promise<void> {
  if (!hasOwnCluster()) await requireMachine(parts);
  else if (forStack) await requireDockerForImages(parts);
  // Of a cluster that is there, before anything begins.
  if (!hasOwnCluster()) for (const note of notes(parts)) console.log(note);
  await runSteps(steps);
}

/** How the running cluster differs from the one that this checkout would make. */
function notes({ images }: LabParts): string[] {
  const record = clusterRecord();
  return record === undefined ? [] : clusterNotes(record, { ...currentNode(images), nodes: nodeCount() });
}

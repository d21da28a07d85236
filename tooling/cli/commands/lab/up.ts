import type { LabOutputs } from "../../../../stacks";
import { bringUpCluster, planCluster, type Plan } from "../../../cluster/bring-up";
import { apiIsReady } from "../../../cluster/kind";
import { isCold, type LabParts } from "../../../cluster/embedded-lab";
import { checkMachine } from "../../../cluster/preflight";
import { changeStack, selectStack, stackOutputs } from "../../../engine/stack/stack";
import { classOf, isOnEmbeddedCluster, prepareState, stacksInState } from "../../../engine/stack/state";
import { foundIn } from "../../../engine/answer";
import { recoverLab } from "../../../engine/interrupted";
import { answeringCluster, waitForWorkloads } from "../../../engine/cluster-access";
import { wishFor } from "../../../machine/reach";
import { hasOwnCluster, stackName } from "../../../engine/stack/stack-settings";
import { recordTiming, UP_KINDS } from "../../../machine/steps/timings";
import { runSteps, type Step } from "../../../machine/steps/steps";
import { NotStarted } from "../../../support/errors";

export interface UpOptions {
  dryRun?: boolean;
  expectNoChanges?: boolean;
  clusterOnly?: boolean;
  renewCertificates?: boolean;
  online?: boolean;
  offline?: boolean;
}

async function kindOfUp(parts: LabParts): Promise<keyof typeof UP_KINDS> {
  if (isCold(parts)) return "cold";
  return (await apiIsReady()) ? "again" : "warm";
}

async function showPlan({ steps, parts }: Plan): Promise<void> {
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

/** @throws Error if a class is on the embedded cluster: a single-user lab would take over its registry and its Argo */
function requireNoClass(): void {
  if (hasOwnCluster()) return;
  const stacks = stacksInState().filter(isOnEmbeddedCluster);
  const classes = [...new Set(stacks.map(classOf))].filter((each) => each !== undefined);
  if (classes.length === 0) return;
  throw new Error(
    `the embedded cluster has the class ${classes.join(", ")} on it\n` +
      `  remedy: GOURMETGRAM_STACK=${classes[0] ?? ""} npm run class -- down --roster FILE, or work with the class alone`,
  );
}

/** @throws NotStarted if the stack names a cluster of its own, whose certificates others have made */
function requireEmbeddedCluster(): void {
  if (!hasOwnCluster()) return;
  throw new NotStarted(
    `the stack ${stackName} names a cluster of its own, whose certificates are not the lab's\n` +
      "  remedy: renew them as the cluster's maker says, or run the command with GOURMETGRAM_STACK=embedded",
  );
}

const readiness = (namespaces: readonly string[]): Step => ({
  title: "MLflow, its database and the application's repository ready",
  run: (report) => waitForWorkloads(namespaces, report),
  remedy: "npm run kubectl -- get pods --all-namespaces",
});

/** Stands up the lab. What is there already is left as it is, so an interrupted run goes on where it ended. */
export async function up(options: UpOptions): Promise<void> {
  const start = Date.now();
  wishFor(options);
  if (options.renewCertificates === true) requireEmbeddedCluster();
  const plan = await planCluster(options.renewCertificates);
  console.log(plan.text);
  if (options.dryRun === true) return showPlan(plan);
  if (options.clusterOnly !== true) requireNoClass();
  const kind = hasOwnCluster() ? undefined : await kindOfUp(plan.parts);
  await bringUpCluster(plan, options.clusterOnly !== true);
  if (options.clusterOnly === true) return;
  await prepareState();
  await answeringCluster();
  await selectStack();
  await recoverLab();
  const code = await changeStack("up", ...(options.expectNoChanges === true ? ["--expect-no-changes"] : []));
  if (code !== 0) {
    throw new Error(
      "pulumi up ended with an error, shown above. What was made is kept: fix the cause and run the same command again.",
    );
  }
  const outputs: Partial<LabOutputs> | undefined = foundIn(await stackOutputs(), `the stack ${stackName}`);
  const namespaces = [outputs?.namespace, outputs?.builder?.namespace].filter((each) => each !== undefined);
  await runSteps([readiness(namespaces)]);
  if (kind !== undefined) recordTiming(UP_KINDS[kind].title, Date.now() - start);
  console.log("\nThe lab is up. Train a model, and see it come to staging:\n\n  npm run train\n");
  console.log(
    "  npm run open       where MLflow, staging and the application's repository are\n" +
      "  npm run verify     proves that the lab works\n" +
      "  npm run status     shows what runs and where it is reached",
  );
}

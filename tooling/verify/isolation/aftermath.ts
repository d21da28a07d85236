/** After the attacks: Argo's controller starts again with what students may store, and every student trains. */
import { type Cluster, clusterOf, configFrom, reasonOf } from "../../live/api-clients";
import { verdictOf } from "../../live/runs/outcome";
import { Argo } from "../../live/workflows/argo";
import { runsOf } from "../../live/workflows/family";
import { SCENARIOS } from "../../live/workflows/scenarios";
import { type NewWorkflow, submission } from "../../live/workflows/submission";
import { messagesOf, nameOf } from "../../live/workflows/workflow";
import { messageOf } from "../../support/errors";
import { until } from "../../support/until";
import { isReady } from "../../live/objects/pods";
import { podsOf, replacePods, type Workload } from "../pods/workloads";
import { VERIFY_LABEL } from "../pods/verify-label";
import type { Findings } from "./carry-out";
import type { Probing } from "./probe";
import type { StudentStack } from "./students/student";
import type { Answer } from "./tries/try";

/** Near the most that the parameters of a run may have, in characters. */
const LONG = "x".repeat(4000);

/** Runs that wait from their start, so that they are stored and take nothing: an ordinary one, and one that is large. */
const storedRuns = (template: string, labels: Readonly<Record<string, string>>): NewWorkflow[] =>
  [{}, { scenario: LONG, branch: LONG, commit: LONG }].map((parameters) => {
    const { metadata, spec } = submission(template, parameters, labels);
    return { metadata, spec: { ...spec, suspend: true } };
  });

/** What is done of a class after all that was tried. A part that is not the class's own is left alone. */
export async function aftermath(
  stacks: readonly StudentStack[],
  probing: Probing,
  findings: Findings,
): Promise<void> {
  const { cluster } = probing;
  const attempt = async (who: string, what: string, work: () => Promise<void>): Promise<void> => {
    const begun = Date.now();
    const answer = await work().then(
      (): Answer => ({ kind: "status", status: 200 }),
      (error: unknown): Answer => ({ kind: "failed", reason: reasonOf(error) }),
    );
    probing.signal.throwIfAborted();
    findings.add({ who, what, expected: "reached" }, answer, begun);
  };
  const labels = { [VERIFY_LABEL]: probing.id };
  const argoOf = ({ kubeconfig, outputs }: StudentStack): Argo =>
    new Argo(clusterOf(configFrom(kubeconfig)), outputs.namespace);
  try {
    for (const stack of stacks) {
      await attempt(`${stack.name}'s kubeconfig`, "to store runs, one of them large", async () => {
        const runs = storedRuns(stack.outputs.workflowTemplates.train, labels);
        for (const run of runs) await argoOf(stack).createWorkflow(run);
      });
    }
    const controllers = await controllersOf(cluster);
    if (controllers.length === 0)
      console.log("Argo's controller is not the class's own: it is not restarted");
    for (const controller of controllers) {
      await attempt("Argo's controller", "to start again after it", async () => {
        await replacePods(cluster, controller, probing.progress, probing.signal);
      });
    }
    await Promise.all(
      stacks.map((stack) =>
        attempt(`${stack.name}'s kubeconfig`, "to train, build and serve after it", async () => {
          // One of those that are stored holds the lock that trainings take.
          await remove(stack, probing);
          await train(stack, argoOf(stack), labels, probing);
        }),
      ),
    );
    for (const controller of controllers) {
      await attempt("Argo's controller", "to run since without a restart", () =>
        unharmed(cluster, controller),
      );
    }
  } finally {
    for (const stack of stacks) {
      await remove(stack, { cluster, id: probing.id }).catch((error: unknown) =>
        console.error(`not removed: ${messageOf(error)}`),
      );
    }
  }
}

/** Removes the runs of this verification, and waits until they are gone. */
async function remove(
  { outputs }: StudentStack,
  { cluster, id, signal }: Pick<Probing, "cluster" | "id"> & Partial<Probing>,
): Promise<void> {
  const argo = new Argo(cluster, outputs.namespace);
  const selector = `${VERIFY_LABEL}=${id}`;
  await argo.deleteWorkflows(selector);
  const areGone = async (): Promise<boolean> => (await argo.workflows(selector)).length === 0;
  await until(areGone, { seconds: 120, ...(signal === undefined ? {} : { signal }) });
}

/** Argo's controllers that the project has made; none where Argo was there before. */
async function controllersOf({ apps }: Cluster): Promise<Workload[]> {
  const labelSelector = "app.kubernetes.io/name=workflow-controller,app.kubernetes.io/managed-by=pulumi";
  const { items } = await apps.listDeploymentForAllNamespaces({ labelSelector });
  return items.map(({ metadata }) => ({
    kind: "Deployment",
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
  }));
}

/** @throws Error with the run's messages unless its version was built and serves */
async function train(
  { outputs }: StudentStack,
  argo: Argo,
  labels: Readonly<Record<string, string>>,
  { signal }: Probing,
): Promise<void> {
  const { parameters } = SCENARIOS.normal;
  const run = await argo.createWorkflow(submission(outputs.workflowTemplates.train, parameters, labels));
  const family = await argo.follow(nameOf(run), () => undefined, signal);
  if (verdictOf(family) === "succeeded") return;
  throw new Error(`${nameOf(run)}: ${runsOf(family).flatMap(messagesOf).join("; ")}`);
}

async function unharmed(cluster: Cluster, controller: Workload): Promise<void> {
  const pods = await podsOf(cluster, controller);
  const restarts = pods.flatMap(({ status }) => status?.containerStatuses ?? []);
  const total = restarts.reduce((sum, { restartCount }) => sum + restartCount, 0);
  if (!pods.every(isReady) || total > 0) throw new Error(`not ready, or ended ${total} times`);
}

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, reasonOf } from "../../tooling/live/api-clients";
import { Argo } from "../../tooling/live/workflows/argo";
import { isOver, nameOf, nodesOf, type Workflow } from "../../tooling/live/workflows/workflow";
import { until } from "../../tooling/support/until";
import { type LivePlace, liveObjects } from "./live-case";
import { type Case, collection } from "./workflow-collection";

/** How a case ended, with what Argo says of it. */
export interface Ending {
  readonly end: "succeeds" | "fails" | "hangs" | "waits for a pod" | "has not started";
  readonly message: string;
}

/** Label of all that is created; its value is that of one call. */
const LABEL = "gourmetgram/lint-rules";
const TEMPLATES = { group: "argoproj.io", version: "v1alpha1", plural: "workflowtemplates" };
/** Milliseconds after which a run that goes on hangs. */
const HANGS_AFTER = 60_000;

/** The cases of the collection that are run. */
export const casesToRun = (): Case[] => collection().filter(({ run }) => run !== undefined);

/** Removes what {@link runCases} has created, also what an interrupted call has left. */
export async function removeCases({ objects, ...cluster }: Cluster, namespace: string): Promise<void> {
  await new Argo({ objects, ...cluster }, namespace).deleteWorkflows(LABEL);
  await objects.deleteCollectionNamespacedCustomObject({ ...TEMPLATES, namespace, labelSelector: LABEL });
}

/**
 * Runs cases on an Argo, all at once.
 *
 * @param patience Milliseconds in which those that end have ended, at least a minute.
 * @returns how each has ended, in their order
 */
export async function runCases(
  cases: readonly Case[],
  cluster: Cluster,
  {
    namespace,
    id,
    patience,
    ...place
  }: Omit<LivePlace, "prefix" | "labels"> & {
    readonly namespace: string;
    readonly id: string;
    readonly patience: number;
  },
): Promise<Ending[]> {
  const argo = new Argo(cluster, namespace);
  const names = cases.map((_, index) => `lint${id}n${index}`);
  const made = cases.map((each, index) =>
    liveObjects(each, { ...place, prefix: names[index] ?? "", labels: { [LABEL]: id } }),
  );
  const create = async (plural: string, bodies: readonly object[]): Promise<void> => {
    await Promise.all(
      bodies.map((body) =>
        cluster.objects.createNamespacedCustomObject({ ...TEMPLATES, namespace, plural, body }),
      ),
    ).catch((error: unknown) => assert.fail(`${plural} cannot be created: ${reasonOf(error)}`));
  };
  await create(
    "workflowtemplates",
    made.flatMap(({ templates }) => templates),
  );
  // A run whose template the controller has not seen yet fails.
  await delay(3000);
  await create(
    "workflows",
    made.map(({ run }) => run),
  );
  const start = Date.now();
  let found = new Map<string, Workflow>();
  const isDone = async (): Promise<boolean> => {
    found = new Map((await argo.workflows(`${LABEL}=${id}`)).map((run) => [nameOf(run), run]));
    const isOpen = (name: string, index: number): boolean =>
      cases[index]?.run !== "hangs" && endingOf(found.get(name)).end !== cases[index]?.run;
    return Date.now() - start > HANGS_AFTER && !names.some(isOpen);
  };
  await until(isDone, { signal: AbortSignal.timeout(patience) }).catch((error: unknown) => {
    // What has not ended by then is among the endings.
    if (!(error instanceof DOMException)) throw error;
  });
  return names.map((name) => endingOf(found.get(name)));
}

function endingOf(run: Workflow | undefined): Ending {
  const message = run?.status?.message ?? "";
  if (run === undefined || run.status?.phase === undefined) return { end: "has not started", message };
  if (isOver(run)) return { end: run.status.phase === "Succeeded" ? "succeeds" : "fails", message };
  // A node that waits for a lock has no pod yet.
  const waits = nodesOf(run).some(
    (node) => node.type === "Pod" && node.phase === "Pending" && !("synchronizationStatus" in node),
  );
  return { end: waits ? "waits for a pod" : "hangs", message };
}

import assert from "node:assert/strict";
import type { KubernetesObject } from "@kubernetes/client-node";
import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, reasonOf, statusOf } from "../../tooling/live/api-clients";
import { Argo } from "../../tooling/live/workflows/argo";
import { isOver, nameOf, nodesOf, type Workflow } from "../../tooling/live/workflows/workflow";
import { until } from "../../tooling/support/until";
import { type ApiObject, type LivePlace, liveObjects } from "./live-case";
import { type Case, collection, type RunEnd, type ScheduleEnd } from "./workflow-collection";

/** How a case ended, with what Argo says of it. */
export interface Ending {
  readonly end: RunEnd | ScheduleEnd | "is refused" | "waits for a pod" | "has not started";
  readonly message: string;
}

/** Label of all that is created; its value is that of one call. */
const LABEL = "gourmetgram/lint-rules";
const GROUP = { group: "argoproj.io", version: "v1alpha1" };
/** What is created, in this order. */
const PLURALS = {
  WorkflowTemplate: "workflowtemplates",
  CronWorkflow: "cronworkflows",
  Workflow: "workflows",
};
/** Milliseconds after which a run that goes on hangs, and a schedule of every minute has started a run. */
const HANGS_AFTER = 75_000;

/** The cases of the collection that are run. */
export const casesToRun = (): Case[] => collection().filter(({ run }) => run !== undefined);

/** Removes what {@link runCases} has created, also what an interrupted call has left. */
export async function removeCases({ objects, core }: Cluster, namespace: string): Promise<void> {
  // Schedules first, which start no further runs then.
  for (const plural of ["cronworkflows", "workflows", "workflowtemplates"]) {
    await objects.deleteCollectionNamespacedCustomObject({
      ...GROUP,
      plural,
      namespace,
      labelSelector: LABEL,
    });
  }
  for (const { metadata } of (await core.listNamespace({ labelSelector: LABEL })).items)
    await core.deleteNamespace({ name: metadata?.name ?? "" });
}

/**
 * Runs cases on an Argo.
 *
 * @param patience Milliseconds in which those that end have ended, at least a minute.
 * @param atOnce How many runs may be under way when another one is created. A run that the controller holds back for the
 *   parallelism of its namespace is not validated when its turn comes, and ends otherwise. Default: no limit.
 * @returns how each has ended, in their order
 */
export async function runCases(
  cases: readonly Case[],
  cluster: Cluster,
  {
    namespace,
    id,
    patience,
    atOnce = Infinity,
    ...place
  }: Omit<LivePlace, "prefix" | "labels" | "elsewhere"> & {
    readonly id: string;
    readonly patience: number;
    readonly atOnce?: number;
  },
): Promise<Ending[]> {
  const argo = new Argo(cluster, namespace);
  const names = cases.map((_, index) => `lint${id}n${index}`);
  const labels = { [LABEL]: id };
  const elsewhere = `lint${id}-elsewhere`;
  const made = cases.map((each, index) =>
    liveObjects(each, { ...place, namespace, elsewhere, prefix: names[index] ?? "", labels }),
  );
  /** What the API server said of cases whose objects do not fit the definitions of their kinds. */
  const refusals = new Map<string, string>();
  const create = async (kind: keyof typeof PLURALS, bodies: readonly ApiObject[]): Promise<void> => {
    const target = { ...GROUP, plural: PLURALS[kind] };
    await Promise.all(
      bodies
        .filter((body) => body.kind === kind)
        .map((body) =>
          cluster.objects
            .createNamespacedCustomObject({ ...target, namespace: body.metadata.namespace, body })
            .catch((error: unknown) => {
              const [name] = new RegExp(`^lint${id}n\\d+`).exec(body.metadata.name) ?? [];
              if (statusOf(error) !== 422 || name === undefined)
                assert.fail(`a ${kind} cannot be created: ${reasonOf(error)}`);
              refusals.set(name, reasonOf(error));
            }),
        ),
    );
  };
  await cluster.core.createNamespace({ body: { metadata: { name: elsewhere, labels } } });
  await create(
    "WorkflowTemplate",
    made.flatMap(({ templates }) => templates),
  );
  // A run whose template the controller has not seen yet fails.
  await delay(3000);
  const runs = made.map(({ run }) => run);
  const deadline = AbortSignal.timeout(patience);
  await create("CronWorkflow", runs);
  const underWay = async (): Promise<number> =>
    (await argo.workflows(`${LABEL}=${id}`)).filter((run) => !isOver(run)).length;
  for (const run of runs) {
    if (atOnce !== Infinity) await until(async () => (await underWay()) < atOnce, { signal: deadline });
    await create("Workflow", [run]);
  }
  const start = Date.now();
  let endings: Ending[] = [];
  const isDone = async (): Promise<boolean> => {
    const found = await argo.workflows(`${LABEL}=${id}`);
    const byName = new Map(found.map((run) => [nameOf(run), run]));
    const schedules = new Map(
      ((await argo.all("cronworkflows")) as Schedule[]).map((each) => [each.metadata?.name ?? "", each]),
    );
    endings = names.map((name) => {
      const refusal = refusals.get(name);
      if (refusal !== undefined) return { end: "is refused", message: refusal };
      const schedule = schedules.get(name);
      return schedule === undefined
        ? endingOf(byName.get(name))
        : endingOfSchedule(
            schedule,
            found.some(({ metadata }) => metadata?.labels?.[STARTED_BY] === name),
          );
    });
    const isOpen = ({ end }: Ending, index: number): boolean => {
      const expected = cases[index]?.run;
      return expected !== "hangs" && expected !== "starts nothing" && end !== expected;
    };
    return Date.now() - start > HANGS_AFTER && !endings.some(isOpen);
  };
  await until(isDone, { signal: deadline }).catch((error: unknown) => {
    // What has not ended by then is among the endings.
    if (!(error instanceof DOMException)) throw error;
  });
  return endings;
}

/** Argo gives it to the runs that a schedule starts. */
const STARTED_BY = "workflows.argoproj.io/cron-workflow";

interface Schedule extends KubernetesObject {
  readonly spec: { readonly suspend?: boolean };
}

function endingOfSchedule({ spec }: Schedule, hasStarted: boolean): Ending {
  if (hasStarted) return { end: "starts", message: "" };
  return { end: spec.suspend === true ? "stays suspended" : "starts nothing", message: "" };
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

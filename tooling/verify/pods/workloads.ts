import type { V1LabelSelector, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import pRetry from "p-retry";
import type { WorkloadsOutput } from "../../../stacks";
import type { CheckContext } from "../suite/check";
import { type Cluster, unlessMissing } from "../../live/api-clients";
import { isReady, selectorOf } from "../../live/objects/pods";
import { until, type Waiting } from "../../support/until";

/** Seconds in which a workload that is stopped has to be gone, and one that was stopped has to be back. */
const STOP_SECONDS = 120;
const RETURN_SECONDS = 120;

/** A workload that keeps data, as the outputs name it. */
export type Workload = WorkloadsOutput["mlflow"] | NonNullable<WorkloadsOutput["postgres"]>;

/** What is read of a workload, of either kind. */
interface Spec {
  readonly selector: V1LabelSelector;
  readonly pod: V1PodSpec;
  readonly replicas: number;
}

/** The workloads of a lab that keep data. */
export function workloadsOf({ mlflow, postgres }: WorkloadsOutput): Workload[] {
  return postgres === null ? [mlflow] : [postgres, mlflow];
}

async function specOf({ apps }: Cluster, { kind, namespace, name }: Workload): Promise<Spec> {
  const read =
    kind === "Deployment"
      ? apps.readNamespacedDeployment.bind(apps)
      : apps.readNamespacedStatefulSet.bind(apps);
  const { spec } = await read({ namespace, name });
  if (spec?.template.spec === undefined) throw new Error(`${kind} ${name} has no pods`);
  return { selector: spec.selector, pod: spec.template.spec, replicas: spec.replicas ?? 1 };
}

/** What the workload's pods consist of. */
export async function podSpecOf(cluster: Cluster, workload: Workload): Promise<V1PodSpec> {
  return (await specOf(cluster, workload)).pod;
}

/** The workload's pods, also those that are on their way out. */
export async function podsOf(cluster: Cluster, workload: Workload): Promise<V1Pod[]> {
  const { selector } = await specOf(cluster, workload);
  const labelSelector = selectorOf(selector.matchLabels ?? {});
  return (await cluster.core.listNamespacedPod({ namespace: workload.namespace, labelSelector })).items;
}

/** Where a pod stands, in a few words: its phase, or why a container of it waits. */
export function podStanding(pod: V1Pod): string {
  const states = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = states.find((each) => each.state?.waiting !== undefined)?.state?.waiting?.reason;
  const standing = isReady(pod) ? "ready" : (waiting ?? pod.status?.phase ?? "unknown");
  return `${pod.metadata?.name ?? ""} ${standing}`;
}

/**
 * Deletes the workload's pods, as a node that fails would, and waits until their successors are ready.
 *
 * @returns the names of the new pods
 */
export async function replacePods(
  cluster: Cluster,
  workload: Workload,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const { replicas } = await specOf(cluster, workload);
  const old = await podsOf(cluster, workload);
  for (const { metadata } of old) {
    const name = metadata?.name ?? "";
    await unlessMissing(cluster.core.deleteNamespacedPod({ namespace: workload.namespace, name }));
  }
  const gone = new Set(old.map((pod) => pod.metadata?.uid));
  const successors = async (): Promise<V1Pod[] | undefined> => {
    const pods = await podsOf(cluster, workload);
    progress(pods.map(podStanding).join(", ") || `${workload.name} without a pod`);
    const fresh = pods.filter((pod) => !gone.has(pod.metadata?.uid));
    return fresh.length === pods.length && fresh.filter(isReady).length === replicas ? fresh : undefined;
  };
  return (await until(successors, { signal })).map((pod) => pod.metadata?.name ?? "");
}

/**
 * Stops all pods of a workload while something is tried, and starts them again whatever becomes of it.
 *
 * @param workload A Deployment unless it says otherwise.
 * @param signal Ends the waiting, never the starting again.
 */
export async function without<T>(
  cluster: Cluster,
  {
    kind = "Deployment",
    namespace,
    name,
  }: Pick<Workload, "namespace" | "name"> & { readonly kind?: Workload["kind"] },
  { progress, signal }: Pick<CheckContext, "progress" | "signal">,
  work: () => Promise<T>,
): Promise<T> {
  const { apps } = cluster;
  const workload: Workload = { kind, namespace, name };
  const { replicas } = await specOf(cluster, workload);
  const scale = async (count: number): Promise<void> => {
    const place = { namespace, name };
    const spec = { replicas: count };
    if (kind === "Deployment") {
      const found = await apps.readNamespacedDeploymentScale(place);
      await apps.replaceNamespacedDeploymentScale({ ...place, body: { ...found, spec } });
    } else {
      const found = await apps.readNamespacedStatefulSetScale(place);
      await apps.replaceNamespacedStatefulSetScale({ ...place, body: { ...found, spec } });
    }
  };
  const untilReady = (count: number, waiting: Waiting): Promise<boolean> =>
    until(
      async () => {
        const pods = await podsOf(cluster, workload);
        progress(pods.map(podStanding).join(", ") || `${name} without a pod`);
        return pods.length === count && pods.filter(isReady).length === count;
      },
      { ...waiting, pauseMilliseconds: 500, late: () => `${kind} ${name} does not come to ${count} pods` },
    );
  try {
    await scale(0);
    await untilReady(0, { signal, seconds: STOP_SECONDS });
    return await work();
  } finally {
    // The API server may have been away, or have another version of the workload by now.
    await pRetry(() => scale(replicas), { retries: 30, minTimeout: 1000, factor: 1 });
    await untilReady(replicas, { seconds: RETURN_SECONDS });
  }
}

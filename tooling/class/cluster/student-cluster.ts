import { setTimeout as delay } from "node:timers/promises";
import { studentNamespaces } from "../../../components/class";
import { Argo } from "../../live/workflows/argo";
import { type Cluster, unlessMissing } from "../../live/api-clients";
import { isOver, nameOf } from "../../live/workflows/workflow";

/** How long a namespace may take to go before finalizers are taken away. */
export const PATIENCE_SECONDS = 60;

export function namespacesOf(student: string): string[] {
  const { platform, staging, build } = studentNamespaces(student);
  return [platform, staging, build];
}

/**
 * Ends the student's runs, whose pods would hold up the namespaces.
 *
 * @returns how many were running
 */
export async function terminateRuns(cluster: Cluster, student: string): Promise<number> {
  let count = 0;
  for (const namespace of namespacesOf(student)) {
    const argo = new Argo(cluster, namespace);
    const runs = (await unlessMissing(argo.workflows())) ?? [];
    for (const run of runs.filter((each) => !isOver(each))) {
      const terminated = await unlessMissing(argo.terminate(nameOf(run)));
      if (terminated !== undefined) count += 1;
    }
  }
  return count;
}

/** Deletes the student's runs, in namespaces that stay. */
export async function deleteRuns(cluster: Cluster, student: string): Promise<void> {
  for (const namespace of namespacesOf(student)) {
    await unlessMissing(new Argo(cluster, namespace).deleteWorkflows());
  }
}

/**
 * Takes the finalizers of runs and their pods away in namespaces that have been going for too long: Argo's, where there
 * is no Argo any more, and those that a student wrote before admission refused them. Nothing else in a student's
 * namespace can have one that only a student knows.
 *
 * @returns what was freed
 */
export async function freeHangingNamespaces(
  cluster: Cluster,
  student: string,
  now = Date.now(),
): Promise<string[]> {
  const freed: string[] = [];
  for (const name of namespacesOf(student)) {
    const namespace = await unlessMissing(cluster.core.readNamespace({ name }));
    const since = namespace?.metadata?.deletionTimestamp;
    if (since === undefined || now - since.getTime() < PATIENCE_SECONDS * 1000) continue;
    freed.push(...(await freeRuns(cluster, name)), ...(await freePods(cluster, name)));
  }
  return freed;
}

async function freeRuns(cluster: Cluster, namespace: string): Promise<string[]> {
  const freed: string[] = [];
  const argo = new Argo(cluster, namespace);
  for (const run of (await unlessMissing(argo.workflows())) ?? []) {
    const body = withoutFinalizers(run.metadata.finalizers);
    if (body === undefined) continue;
    await unlessMissing(argo.patch(nameOf(run), body));
    freed.push(`workflow ${namespace}/${nameOf(run)}`);
  }
  return freed;
}

async function freePods(cluster: Cluster, namespace: string): Promise<string[]> {
  const freed: string[] = [];
  for (const { metadata } of (await cluster.core.listNamespacedPod({ namespace })).items) {
    const body = withoutFinalizers(metadata?.finalizers);
    const name = metadata?.name;
    if (body === undefined || name === undefined) continue;
    await unlessMissing(cluster.core.patchNamespacedPod({ namespace, name, body }));
    freed.push(`pod ${namespace}/${name}`);
  }
  return freed;
}

/** The patch that removes all finalizers; undefined where there is none. */
function withoutFinalizers(finalizers: readonly string[] = []): object[] | undefined {
  return finalizers.length === 0 ? undefined : [{ op: "remove", path: "/metadata/finalizers" }];
}

/** Looks after hanging namespaces while something else waits for them to go. */
export async function whileFreeing<T>(
  free: () => Promise<readonly string[]>,
  step: (text: string) => void,
  work: () => Promise<T>,
  pauseMilliseconds = 10_000,
): Promise<T> {
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      try {
        await delay(pauseMilliseconds, undefined, { signal: over.signal });
        for (const each of await free()) step(`finalizer of ${each} taken away`);
      } catch {
        // The work was over, or the cluster did not answer, which the work will say.
      }
    }
  })();
  try {
    return await work();
  } finally {
    over.abort();
    await watching;
  }
}

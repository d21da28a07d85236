/** Pods that are made to find something out, and say it in their log. */
import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { unlessMissing } from "../../live/api-clients";
import { until } from "../../support/until";
import type { Waiting } from "../suite/waiting";

/** Where a pod runs, and how long it is waited for. */
export interface PodRun extends Waiting {
  readonly core: CoreV1Api;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Runs a pod to its end and removes it in any case.
 *
 * @param pod With a name.
 * @returns the last line of its log
 * @throws Error if it fails
 */
export async function runPod(
  { core, namespace, name, progress, signal }: PodRun,
  pod: V1Pod,
): Promise<string> {
  await core.createNamespacedPod({ namespace, body: pod });
  try {
    const hasSucceeded = async (): Promise<boolean> => {
      const { status } = await core.readNamespacedPod({ namespace, name });
      if (status?.phase === "Failed")
        throw new Error(`pod ${name} failed: ${status.message ?? "no message"}`);
      progress(`pod ${name} ${status?.phase ?? "unknown"}`);
      return status?.phase === "Succeeded";
    };
    await until(hasSucceeded, { signal });
    return (await core.readNamespacedPodLog({ namespace, name })).trim().split("\n").at(-1) ?? "";
  } finally {
    await removePod(core, namespace, name);
  }
}

/** Removes a pod at once; one that has gone already is no error. */
export async function removePod(core: CoreV1Api, namespace: string, name: string): Promise<void> {
  await unlessMissing(core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 }));
}

/** What a namespace's own pods are pulled with, where the registry asks. */
export async function pullSecrets(
  namespace: string,
  core: CoreV1Api,
): Promise<{ imagePullSecrets?: { name: string }[] }> {
  const { items } = await core.listNamespacedSecret({ namespace });
  const names = items
    .filter((secret) => secret.type === "kubernetes.io/dockerconfigjson")
    .flatMap(({ metadata }) => metadata?.name ?? []);
  return names.length === 0 ? {} : { imagePullSecrets: names.map((name) => ({ name })) };
}

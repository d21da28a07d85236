import type { V1Pod } from "@kubernetes/client-node";
import { type Cluster, unlessMissing } from "../../live/api-clients";
import { podsByNode } from "../../live/runs/logs";
import { docker } from "../../machine/docker/docker";
import { CommandError } from "../../machine/run";
import { controlPlane } from "../../cluster/kind-config";
import { hasOwnCluster } from "../../engine/stack/stack-settings";
import { NotStarted } from "../../support/errors";
import type { LabOutputs } from "../../../stacks";
import { FAULTY_PARTS, type Part, type PartName, type Pods } from "./parts";
import type { Place } from "./place";

// Apart: what a signal leaves half killed would not come back.
const docking = { log: "faults", apart: true };

/** What of a lab is needed to kill its parts. */
export interface Killable {
  readonly cluster: Cluster;
  readonly outputs: LabOutputs;
}

/** @throws NotStarted unless the stack is on the kind cluster, whose processes alone this machine can kill */
export function requireKindCluster(): void {
  if (!hasOwnCluster()) return;
  throw new NotStarted(
    "the stack is on a cluster of yours, and faults are tried on the kind cluster alone\n" +
      "  remedy: leave GOURMETGRAM_STACK unset, npm run up, and try them there",
  );
}

/**
 * Kills a part of a lab on the kind cluster without a warning: the processes of its pods get SIGKILL, and the pods are
 * deleted, so that the part comes back as a new pod and kubelet does not hold it back. The node is killed and started.
 *
 * @param place Where a run is: for its step, which nothing else tells.
 * @returns whether the part had a pod
 * @throws Error if a part has none that always has one
 */
export async function kill(part: PartName, { cluster, outputs }: Killable, place?: Place): Promise<boolean> {
  const { of, title, onDemand }: Part = FAULTY_PARTS[part];
  if (of === "node") {
    await docker(["restart", "--time", "0", controlPlane], docking);
    return true;
  }
  const pods =
    of === "step"
      ? await podOfStep(cluster, outputs.namespace, place)
      : await podsOfPart(cluster, of(outputs));
  if (pods.length === 0 && onDemand !== true) throw new Error(`${title} has no pod that could be killed`);
  for (const pod of pods) await killPod(cluster, pod);
  return pods.length > 0;
}

/** The pods of a part, also those that are on their way out. */
export async function podsOfPart({ core }: Cluster, { namespace, name }: Pods): Promise<V1Pod[]> {
  const labelSelector = `app.kubernetes.io/name=${name}`;
  const list =
    namespace === undefined
      ? core.listPodForAllNamespaces({ labelSelector })
      : core.listNamespacedPod({ namespace, labelSelector });
  return (await list).items;
}

async function podOfStep({ core }: Cluster, namespace: string, place?: Place): Promise<V1Pod[]> {
  if (place === undefined) throw new Error("no step is given to kill");
  const { run, node } = place;
  const pods = await podsByNode(core, namespace, run);
  return [node.id, node.boundaryID].flatMap((id) => pods.get(id) ?? []);
}

async function killPod({ core }: Cluster, { metadata, spec, status }: V1Pod): Promise<void> {
  const { namespace = "", name = "" } = metadata ?? {};
  for (const { state, containerID } of status?.containerStatuses ?? []) {
    if (state?.running === undefined || containerID === undefined) continue;
    const id = containerID.replace("containerd://", "");
    const ctr = ["ctr", "--namespace", "k8s.io", "task", "kill", "--signal", "SIGKILL", id];
    await docker(["exec", spec?.nodeName ?? "", ...ctr], docking).catch((error: unknown) => {
      if (!hadEnded(error)) throw error;
    });
  }
  // Not 0 seconds: the successor would start beside processes of this one, on the same volume.
  await unlessMissing(core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 1 }));
}

/** Whether `ctr` found nothing to kill any more: what is known of a pod is a moment old. */
export function hadEnded(error: unknown): boolean {
  return (
    error instanceof CommandError &&
    error.lastLines.some((line) => /already finished|: not found\s*$/.test(line))
  );
}

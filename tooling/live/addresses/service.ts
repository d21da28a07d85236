/** Services of the cluster, and the pods behind them. */
import type { CoreV1Api, V1Pod, V1Service } from "@kubernetes/client-node";
import { reasonOf, statusOf } from "../api-clients";
import { selectorOf } from "../objects/pods";

export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** A Service is there, and nothing is behind it that could answer. */
export class NoReadyPod extends Error {
  constructor({ namespace, name }: ServicePort, pods: readonly V1Pod[]) {
    const standing = pods.map((pod) => `${pod.metadata?.name ?? "?"} is ${standingOf(pod)}`);
    const seen = standing.length === 0 ? "it has none" : standing.join(", ");
    super(`no pod of service ${name} in ${namespace} is ready: ${seen}`);
    this.name = "NoReadyPod";
  }
}

/**
 * The Service that an address inside the cluster leads to.
 *
 * @param address Such as `http://mlflow.lab.svc.cluster.local:8000`.
 * @returns undefined for an address outside the cluster
 */
export function serviceOf(address: string): ServicePort | undefined {
  const url = new URL(address);
  const [name, namespace, kind] = url.hostname.split(".");
  if (name === undefined || namespace === undefined || kind !== "svc") return undefined;
  return { namespace, name, port: portOf(address) };
}

/** The port of an address: its own, or that of its protocol. */
export function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

/** The Service that has a node port; undefined where none has it. */
export async function serviceOnNodePort(core: CoreV1Api, nodePort: number): Promise<ServicePort | undefined> {
  const { items } = await core.listServiceForAllNamespaces();
  for (const { metadata, spec } of items) {
    const port = spec?.ports?.find((each) => each.nodePort === nodePort)?.port;
    const { namespace, name } = metadata ?? {};
    if (port !== undefined && namespace !== undefined && name !== undefined) return { namespace, name, port };
  }
  return undefined;
}

/**
 * A ready pod of a Service, and the port to which the Service leads there.
 *
 * @throws NoReadyPod; Error if there is no such Service, if it has no such port, or if it may not be read
 */
export async function readyPodOf(core: CoreV1Api, service: ServicePort): Promise<PodPort> {
  const { namespace, name } = service;
  const found = await core.readNamespacedService({ namespace, name }).catch((error: unknown) => {
    throw new Error(
      statusOf(error) === 404
        ? `there is no service ${name} in ${namespace}`
        : `service ${name} in ${namespace} cannot be read: ${reasonOf(error)}`,
    );
  });
  const labelSelector = selectorOf(found.spec?.selector ?? {});
  if (labelSelector === "") throw new Error(`service ${name} in ${namespace} selects no pods`);
  const pods = await core.listNamespacedPod({ namespace, labelSelector }).catch((error: unknown) => {
    throw new Error(`the pods of ${namespace} cannot be listed: ${reasonOf(error)}`);
  });
  const pod = pods.items.find((each) => standingOf(each) === READY);
  if (pod?.metadata?.name === undefined) throw new NoReadyPod(service, pods.items);
  return { namespace, pod: pod.metadata.name, port: targetPort(found, pod, service) };
}

const READY = "Ready";

/** How a pod is, in a word or two: a pod that is being stopped may still be ready, and takes no more connections. */
function standingOf({ metadata, status }: V1Pod): string {
  if (metadata?.deletionTimestamp !== undefined) return "Terminating";
  const ready = status?.conditions?.find((each) => each.type === "Ready");
  if (ready?.status === "True") return READY;
  const waiting = status?.containerStatuses?.find((each) => each.state?.waiting !== undefined);
  return waiting?.state?.waiting?.reason ?? ready?.reason ?? status?.phase ?? "Unknown";
}

/** The port of the pod to which the Service's port leads, which may be a number or the name of a container's port. */
function targetPort(service: V1Service, pod: V1Pod, { namespace, name, port }: ServicePort): number {
  const found = service.spec?.ports?.find((each) => each.port === port);
  if (found === undefined) throw new Error(`service ${name} in ${namespace} has no port ${port}`);
  const target = found.targetPort ?? port;
  if (typeof target === "number") return target;
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const named = containers.flatMap((each) => each.ports ?? []).find((each) => each.name === target);
  if (named === undefined) {
    throw new Error(
      `service ${name} in ${namespace} leads to port "${target}", which pod ${pod.metadata?.name ?? "?"} lacks`,
    );
  }
  return named.containerPort;
}

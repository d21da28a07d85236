import type { CoreV1Api, V1Container, V1Node, V1Pod } from "@kubernetes/client-node";
import { bytesOf, coresOf } from "../../../components/kubernetes";
import type { Capacity } from "./capacity";

/**
 * What the cluster has for a class: what its nodes can give, less what the pods ask for that are not of the class.
 *
 * @param namespaces The students' own, whose pods are part of what is summed.
 */
export async function capacityFor(core: CoreV1Api, namespaces: ReadonlySet<string>): Promise<Capacity> {
  const [nodes, pods] = await Promise.all([core.listNode(), core.listPodForAllNamespaces()]);
  return capacityOf(nodes.items, pods.items, namespaces);
}

/** The same, of what the cluster answered. */
export function capacityOf(
  nodes: readonly V1Node[],
  all: readonly V1Pod[],
  namespaces: ReadonlySet<string>,
): Capacity {
  const usable = nodes.filter((node) => node.spec?.unschedulable !== true && !repels(node));
  const names = new Set(usable.map((node) => node.metadata?.name));
  const others = all.filter(
    (pod) =>
      names.has(pod.spec?.nodeName) &&
      !["Succeeded", "Failed"].includes(pod.status?.phase ?? "") &&
      !namespaces.has(pod.metadata?.namespace ?? ""),
  );
  const left = (resource: "cpu" | "memory"): number =>
    usable.reduce((all, { status }) => all + numberOf(resource, status?.allocatable?.[resource]), 0) -
    others.reduce((all, pod) => all + requestOf(pod, resource), 0);
  const pods = usable.reduce((all, { status }) => all + numberOf("pods", status?.allocatable?.["pods"]), 0);
  return { cpu: left("cpu"), memory: left("memory"), pods: pods - others.length };
}

/** @throws RangeError if it is not a quantity: what cannot be read is not nothing */
function numberOf(resource: "cpu" | "memory" | "pods", quantity = "0"): number {
  if (resource === "memory") return bytesOf(quantity);
  const small = { u: 1e6, n: 1e9 }[quantity.at(-1) ?? ""];
  return small === undefined ? coresOf(quantity) : coresOf(quantity.slice(0, -1)) / small;
}

/** Whether pods without a toleration are kept off the node. */
function repels(node: V1Node): boolean {
  return node.spec?.taints?.some(({ effect }) => effect === "NoSchedule" || effect === "NoExecute") ?? false;
}

/**
 * What the scheduler counts for a pod: all containers together with those that run beside them from the start, or an
 * init container that asks for more; and what the pod itself costs.
 */
function requestOf({ spec }: V1Pod, resource: "cpu" | "memory"): number {
  const request = ({ resources }: V1Container): number => numberOf(resource, resources?.requests?.[resource]);
  let [sidecars, most] = [0, 0];
  for (const container of spec?.initContainers ?? []) {
    most = Math.max(most, sidecars + request(container));
    if (container.restartPolicy === "Always") sidecars += request(container);
  }
  const together = (spec?.containers ?? []).reduce((all, each) => all + request(each), sidecars);
  return Math.max(most, together) + numberOf(resource, spec?.overhead?.[resource]);
}

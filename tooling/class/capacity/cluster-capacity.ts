import type { CoreV1Api, V1Container, V1Node, V1Pod } from "@kubernetes/client-node";
import { bytesOf } from "../../../components/kubernetes";
import type { Amount, Capacity } from "./capacity";

/** Cores of a Kubernetes quantity such as `250m`. */
export function coresOf(quantity: string): number {
  const [, number = "0", unit = ""] = /^(\d+(?:\.\d+)?)([mun]?)$/.exec(quantity) ?? [];
  return Number(number) / { "": 1, m: 1e3, u: 1e6, n: 1e9 }[unit as "" | "m" | "u" | "n"];
}

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
  pods: readonly V1Pod[],
  namespaces: ReadonlySet<string>,
): Capacity {
  const usable = nodes.filter((node) => node.spec?.unschedulable !== true && !repels(node));
  const names = new Set(usable.map((node) => node.metadata?.name));
  const others = pods.filter(
    (pod) =>
      names.has(pod.spec?.nodeName) &&
      !["Succeeded", "Failed"].includes(pod.status?.phase ?? "") &&
      !namespaces.has(pod.metadata?.namespace ?? ""),
  );
  const used = others.map(requestsOf);
  const allocatable = usable.map((node) => node.status?.allocatable ?? {});
  const total = (of: (each: Amount) => number): number => used.reduce((all, each) => all + of(each), 0);
  return {
    cpu: allocatable.reduce((all, each) => all + coresOf(each["cpu"] ?? "0"), 0) - total((each) => each.cpu),
    memory:
      allocatable.reduce((all, each) => all + bytesOf(each["memory"] ?? "0"), 0) -
      total((each) => each.memory),
    pods: allocatable.reduce((all, each) => all + Number(each["pods"] ?? "0"), 0) - others.length,
  };
}

/** Whether pods without a toleration are kept off the node. */
function repels(node: V1Node): boolean {
  return node.spec?.taints?.some(({ effect }) => effect === "NoSchedule" || effect === "NoExecute") ?? false;
}

/** What the scheduler counts for a pod: all containers together, or an init container that asks for more. */
function requestsOf(pod: V1Pod): Amount {
  const of = ({ resources }: V1Container): Amount => ({
    cpu: coresOf(resources?.requests?.["cpu"] ?? "0"),
    memory: bytesOf(resources?.requests?.["memory"] ?? "0"),
  });
  const together = (pod.spec?.containers ?? []).map(of);
  const first = (pod.spec?.initContainers ?? []).map(of);
  const most = (of: (each: Amount) => number): number =>
    Math.max(
      together.reduce((all, each) => all + of(each), 0),
      ...first.map(of),
    );
  return { cpu: most((each) => each.cpu), memory: most((each) => each.memory) };
}

/** Ways around the network policies: the API server's proxies, a node's ports, and the cloud's metadata service. */
import { byKubeconfig, core, get } from "../tries/api-requests";
import type { Shared, Student } from "../students/student";
import { connect, type Place } from "../tries/network-tries";
import type { Try } from "../tries/try";

/** Where clouds tell a machine its credentials. */
const METADATA = "169.254.169.254";

/** Ports of a node at which no student's pod has any business, a build's step neither: etcd, the kubelet, and Argo's. */
const NODE_PORTS: Readonly<Record<string, number>> = {
  etcd: 2379,
  "etcd's metrics": 2381,
  "the kubelet": 10250,
  "Argo's page": 30746,
};

/** The registry's port of a node, which leads BuildKit to what it may reach. */
const REGISTRY_PORT = 30500;

export function wayAttacks(own: Student, other: Student, { node }: Shared): Try[] {
  return [...proxied(own, other), ...connections(own, node)];
}

/** A proxy of the API server leads to a pod past its policies. */
function proxied(own: Student, other: Student): Try[] {
  const paths: Readonly<Record<string, string>> = {
    ...proxiesOf("the own", own),
    ...proxiesOf(`${other.name}'s`, other),
    "the kubelet by a node's proxy": "/api/v1/nodes/any/proxy/pods",
  };
  const { refused } = byKubeconfig(own.name);
  return Object.entries(paths).map(([what, path]) => refused(what, get(path)));
}

function proxiesOf(whose: string, { outputs, mlflowPod, services }: Student): Record<string, string> {
  const { namespace } = outputs;
  const { port } = services.mlflow;
  return {
    [`${whose} MLflow by a Service's proxy`]: core(namespace, `services/mlflow:${port}/proxy/`),
    [`${whose} MLflow by a pod's proxy`]: core(namespace, `pods/${mlflowPod}:${port}/proxy/`),
  };
}

/** The step that builds may reach the most. That it reaches anything is tried beside. */
function connections(own: Student, node: string): Try[] {
  const places = [
    ...closedPlaces(node),
    { what: `the registry at the node's port ${REGISTRY_PORT}`, host: node, port: REGISTRY_PORT },
  ];
  return [
    connect(own, "build", "reached", { ...own.services.mlflow, what: "the own MLflow" }),
    ...places.map((place) => connect(own, "build", "refused", place)),
  ];
}

/** What no pod has any business with: a cloud's metadata, and ports of a node. */
export function closedPlaces(node: string): Place[] {
  return [
    { what: `the metadata of the cloud at ${METADATA}`, host: METADATA, port: 80 },
    ...Object.entries(NODE_PORTS).map(([what, port]) => ({
      what: `${what} at the node's port ${port}`,
      host: node,
      port,
    })),
  ];
}

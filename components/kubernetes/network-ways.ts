/** The parts of NetworkPolicies. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

type Peer = types.input.networking.v1.NetworkPolicyPeer;
type Port = types.input.networking.v1.NetworkPolicyPort;

/** A way that traffic may take. */
export interface Way {
  /** Who is at the other end. Left out, anyone is. */
  readonly pods?: Peer[];
  /** The ports at the end that is reached. */
  readonly ports: Port[];
}

/** Name servers, at any address: with a cache on each node, a name server is none of the cluster's pods. */
export const NAME_SERVERS: Way = {
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

/** A way to any address. */
export function anywhere(ports: Port[]): Way {
  return { ports };
}

/** TCP ports. */
export function tcp(...ports: readonly number[]): Port[] {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

/** The pods with the labels, in the policy's own namespace unless another one is selected too. */
export function byLabels(labels: Readonly<Record<string, string>>): Peer {
  return { podSelector: { matchLabels: { ...labels } } };
}

/** Selects a namespace by the label that Kubernetes itself gives to each. */
export function inNamespace(name: Input<string>): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

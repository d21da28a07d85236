/** Parts of the rules of NetworkPolicies. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

/** What traffic may come in: from whom, and to which ports. */
export type IngressRule = types.input.networking.v1.NetworkPolicyIngressRule;
/** Where traffic may go: to whom, and to which ports. */
export type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;

type Peer = types.input.networking.v1.NetworkPolicyPeer;
type Port = types.input.networking.v1.NetworkPolicyPort;

/** Name servers, at any address: with a cache on each node, a name server need not be a pod. */
export const NAME_SERVERS: EgressRule = {
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

/** TCP ports. */
export function tcp(...ports: readonly number[]): Port[] {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

/** Selects pods by labels, in the policy's own namespace unless another one is selected too. */
export function byLabels(labels: Readonly<Record<string, string>>): Peer {
  return { podSelector: { matchLabels: { ...labels } } };
}

/** Selects a namespace by the label that Kubernetes itself gives to each. */
export function inNamespace(name: Input<string>): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

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

/** Link-local addresses, where a cloud tells a machine its credentials, and the address of Amazon's service over IPv6. */
const METADATA = { v4: "169.254.0.0/16", v6: "fd00:ec2::/32" } as const;

/**
 * Ports at any address, that of a pod included, but those of a cloud's metadata service. Not every network plug-in
 * matches the addresses of pods by a block, so they are selected as well.
 */
export function anywhere(ports: Port[]): EgressRule {
  return {
    to: [
      { namespaceSelector: {} },
      { ipBlock: { cidr: "0.0.0.0/0", except: [METADATA.v4] } },
      { ipBlock: { cidr: "::/0", except: [METADATA.v6] } },
    ],
    ports,
  };
}

/**
 * The API server, to which Argo's container in each pod of a run reports, and which some steps use, and backups.
 *
 * Pods address the Service `kubernetes`, port 443. kube-proxy replaces that by an address and port of the API server
 * before the packet comes to where a policy is enforced: kube-router's rules are in the chains INPUT and FORWARD of the
 * packet filter, which come after PREROUTING. So the endpoint's port is what counts there, 6443 with most clusters. Other
 * network plug-ins look at the packet before; that is why both ports are named.
 *
 * @param addresses CIDRs of its endpoints and of the Service. None for any address.
 */
export function apiServer(addresses: readonly string[], ports: readonly number[]): EgressRule {
  const rule = { ports: tcp(...ports) };
  return addresses.length === 0 ? rule : { to: addresses.map((cidr) => ({ ipBlock: { cidr } })), ...rule };
}

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

/** What NetworkPolicies let pass, worked out as Kubernetes defines it. */
import { BlockList, isIPv6 } from "node:net";
import type { RecordedResource } from "./mocks";

/** One end of a connection: a pod, or an address that is none. */
export interface End {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly address?: string;
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string }[];
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly protocol: string; readonly port?: number }[];
}
interface Policy {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/**
 * Whether a connection comes about.
 *
 * @param port Of TCP, unless it is one such as `53/UDP`.
 */
export function passes(
  policies: readonly RecordedResource[],
  from: End,
  to: End,
  port: number | `${number}/UDP`,
): boolean {
  const all = policies.map(({ inputs }) => inputs as unknown as Policy);
  return allows(all, "Egress", from, to, port) && allows(all, "Ingress", to, from, port);
}

function allows(
  policies: readonly Policy[],
  type: "Ingress" | "Egress",
  own: End,
  other: End,
  port: number | string,
): boolean {
  const bound = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === own.namespace &&
      spec.policyTypes.includes(type) &&
      matches(spec.podSelector, own.labels ?? {}),
  );
  if (bound.length === 0) return true;
  return bound.some(({ metadata, spec }) =>
    (type === "Ingress" ? spec.ingress : spec.egress)?.some(
      (rule) =>
        rule.ports.some((each) => isPort(each, port)) &&
        (rule.from ?? rule.to)?.some((peer) => isPeer(peer, metadata.namespace, other)) !== false,
    ),
  );
}

function isPort(rule: Rule["ports"][number], port: number | string): boolean {
  const [number, protocol = "TCP"] = String(port).split("/");
  return rule.protocol === protocol && (rule.port === undefined || String(rule.port) === number);
}

function isPeer(peer: Peer, policyNamespace: string, end: End): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    const { address } = end;
    return address !== undefined && isIn(cidr, address) && !except.some((each) => isIn(each, address));
  }
  if (end.namespace === undefined) return false;
  const inPlace =
    peer.namespaceSelector === undefined
      ? end.namespace === policyNamespace
      : matches(peer.namespaceSelector, { "kubernetes.io/metadata.name": end.namespace });
  return inPlace && matches(peer.podSelector ?? {}, end.labels ?? {});
}

function isIn(cidr: string, address: string): boolean {
  const [net = "", prefix = "0"] = cidr.split("/");
  if (isIPv6(net) !== isIPv6(address)) return false;
  const block = new BlockList();
  block.addSubnet(net, Number(prefix), isIPv6(net) ? "ipv6" : "ipv4");
  return block.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

function matches(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator }) => operator === "Exists" && key in labels)
  );
}

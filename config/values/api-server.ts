/** Where pods reach the API server, from what a cluster says about it. */
import { isIPv6 } from "node:net";
import type { Values } from "../keys";

/** The Service `kubernetes` of the namespace `default`, and its EndpointSlices. */
export interface ApiServerFacts {
  /** `spec.clusterIPs` of the Service. */
  readonly serviceAddresses: readonly string[];
  /** `spec.ports[].port` of the Service. */
  readonly servicePorts: readonly number[];
  /** Of each EndpointSlice: `endpoints[].addresses` of all endpoints, and `ports[].port`. */
  readonly slices: readonly { readonly addresses: readonly string[]; readonly ports: readonly number[] }[];
}

/**
 * The values of the configuration keys that let a student's runs reach the API server and nothing else. Both the Service
 * and what it leads to are named: network plug-ins look at a packet before or after kube-proxy has changed it.
 */
export function apiServerSettings({
  serviceAddresses,
  servicePorts,
  slices,
}: ApiServerFacts): Pick<Values, "apiServerAddresses" | "apiServerPorts"> {
  const addresses = new Set([...serviceAddresses, ...slices.flatMap((slice) => slice.addresses)]);
  const ports = new Set([...servicePorts, ...slices.flatMap((slice) => slice.ports)]);
  return {
    apiServerAddresses: [...addresses].map((address) => `${address}/${isIPv6(address) ? 128 : 32}`).sort(),
    apiServerPorts: [...ports].sort((a, b) => a - b),
  };
}

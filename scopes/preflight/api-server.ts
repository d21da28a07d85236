import { BlockList, isIP, isIPv4 } from "node:net";
import type { V1EndpointSlice } from "@kubernetes/client-node";
import type { Finding, Inspection } from "./finding";

/** Whether a student's network policies let pods reach the API server, to which the steps of a run report. */
export const apiServer: Inspection = async ({ config: { student }, cluster }) => {
  if (student === undefined) return [];
  const name = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    namespace: "default",
    name: "kubernetes",
  };
  const slice = await cluster.read<V1EndpointSlice>(name);
  const ports = (slice?.ports ?? []).flatMap(({ port }) => port ?? []);
  const addresses = (slice?.endpoints ?? []).flatMap(({ addresses: each }) => each);
  const { apiServerPorts, apiServerAddresses } = student;
  return [
    ...closed("apiServerPorts", apiServerPorts, ports, (port) => apiServerPorts.includes(port)),
    ...(apiServerAddresses.length === 0
      ? []
      : closed("apiServerAddresses", apiServerAddresses, addresses, contains(apiServerAddresses))),
  ];
};

/** One finding for all that a list leaves out, with the whole list that would do. */
function closed<T extends string | number>(
  key: string,
  open: readonly T[],
  found: readonly T[],
  isOpen: (each: T) => boolean,
): Finding[] {
  const shut = [...new Set(found)].filter((each) => !isOpen(each));
  if (shut.length === 0) return [];
  const items = [...open, ...shut].map((each) =>
    isIP(String(each)) === 0 ? each : `${each}/${isIPv4(String(each)) ? 32 : 128}`,
  );
  const all = items.map((each, index) => `--plaintext 'gourmetgram:${key}[${index}]=${each}'`).join(" ");
  return [
    {
      problem: `the API server answers at ${shut.join(", ")}, which gourmetgram:${key} leaves out: the network policies would keep every run from reporting`,
      remedies: [`pulumi config set-all --path ${all}`],
    },
  ];
}

function contains(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = "", length] = block.split("/");
    list.addSubnet(network, Number(length), isIPv4(network) ? "ipv4" : "ipv6");
  }
  return (address) => list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

import { BlockList, isIPv4 } from "node:net";
import type { V1EndpointSlice, V1Service } from "@kubernetes/client-node";
import { apiServerSettings, pulumiCommand } from "../../config";
import { type Finding, type Inspection, refused } from "./finding";

const PLACE = { namespace: "default", name: "kubernetes" };

/** Whether the network policies let pods reach the API server that need it: the steps of a student's run, and backups. */
export const apiServer: Inspection = async ({ config, cluster }) => {
  if (config.scope !== "student" && config.backupSchedule === undefined) return [];
  const [service, slice] = await Promise.all([
    cluster.read<V1Service>({ apiVersion: "v1", kind: "Service", ...PLACE }),
    cluster.read<V1EndpointSlice>({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", ...PLACE }),
  ]);
  const addresses = (slice?.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
  const ports = (slice?.ports ?? []).flatMap(({ port }) => port ?? []);
  const settings = apiServerSettings({
    serviceAddresses: service?.spec?.clusterIPs ?? [],
    servicePorts: (service?.spec?.ports ?? []).map(({ port }) => port),
    slices: [{ addresses, ports }],
  });
  const reached = reachedBy(config.apiServerAddresses);
  const kept = config.scope === "student" ? "run from reporting" : "backup from the labs";
  return [
    ...closed(
      "apiServerPorts",
      ports.filter((port) => !config.apiServerPorts.includes(port)),
      settings.apiServerPorts,
      kept,
    ),
    ...closed(
      "apiServerAddresses",
      addresses.filter((address) => !reached(address)),
      settings.apiServerAddresses,
      kept,
    ),
  ];
};

function closed(
  key: string,
  shut: readonly unknown[],
  settings: readonly unknown[],
  kept: string,
): Finding[] {
  if (shut.length === 0) return [];
  const all = settings.map((each, index) => `--plaintext 'gourmetgram:${key}[${index}]=${String(each)}'`);
  const problem = `the API server answers at ${shut.join(", ")}, which gourmetgram:${key} leaves out: the network policies would keep every ${kept}`;
  return [refused(problem, `${pulumiCommand()} config set-all --path ${all.join(" ")}`)];
}

/** Whether one of the blocks has an address. No block at all means anywhere. */
function reachedBy(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = "", length] = block.split("/");
    list.addSubnet(network, Number(length), isIPv4(network) ? "ipv4" : "ipv6");
  }
  return (address) => blocks.length === 0 || list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

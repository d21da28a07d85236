import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import type { V1ConfigMap, V1Node } from "@kubernetes/client-node";
import { parse } from "yaml";
import { type BaseConfig, type LabConfig, pulumiCommand, setCommand } from "../../../config";
import { REGISTRY_HOSTING, readRegistryHosting, settingsOf } from "./registry-hosting";
import { type Finding, type Inspected, type Inspection, refused } from "../finding";

/** Whether images get from this machine into the stack's registry, and from there to the nodes. */
export const imageRegistry: Inspection = async (inspected) => {
  const { config } = inspected;
  if (config.scope === "student") return [];
  if (config.externalRegistry !== undefined) return unreachable(config, config.externalRegistry);
  const found = await Promise.all([unreachableForPushing(inspected, config), notPulled(inspected, config)]);
  return found.flat();
};

/** Seconds that a registry has to take a connection. */
const PATIENCE = 5;

/** What Docker Desktop and its likes call this machine, seen from their virtual one. */
const THIS_MACHINE = "host.docker.internal";

/** Docker pushes to an external registry from this machine, or from a virtual machine that has the same network. */
async function unreachable(
  { registryPushAddress, externalRegistryPlainHttp }: LabConfig | BaseConfig,
  externalRegistry: string,
): Promise<Finding[]> {
  const key = registryPushAddress === undefined ? "externalRegistry" : "registryPushAddress";
  const address = registryPushAddress ?? externalRegistry;
  const { hostname, port } = new URL(`${externalRegistryPlainHttp ? "http" : "https"}://${address}`);
  const number = Number(port || (externalRegistryPlainHttp ? 80 : 443));
  const host = hostname === THIS_MACHINE ? "127.0.0.1" : hostname.replace(/^\[|\]$/g, "");
  const reason = await refusal({ port: number, host });
  if (reason === undefined) return [];
  return [
    {
      problem: `images cannot be pushed: nothing answers at port ${number} of ${hostname} (gourmetgram:${key} is ${address}): ${reason}`,
      remedies: ["start the registry, or let this machine reach it", setCommand(key, "HOST:PORT/PATH")],
      // Docker may have its own way there.
      warning: PROXIES.some((name) => (process.env[name] ?? "") !== ""),
    },
  ];
}

const PROXIES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/**
 * Docker pushes to the registry's node port on its own loopback address. That leads to the registry where a node is this
 * machine, or where the cluster publishes the port on it. Before the registry is there, the first is read off addresses,
 * and the second is a connection that is accepted.
 */
async function unreachableForPushing(
  { cluster, nodes }: Inspected,
  { registryNodePort: nodePort, registryPushAddress }: LabConfig | BaseConfig,
): Promise<Finding[]> {
  if (registryPushAddress !== undefined) return [];
  if (nodes.length === 0 || nodes.some(isThisMachine)) return [];
  if ((await refusal({ port: nodePort, host: "127.0.0.1" })) === undefined) return [];
  const hosted = await hostedRegistry(cluster);
  return [
    refused(
      `images cannot be pushed: nothing on this machine leads to node port ${nodePort} of the cluster, where its registry will be`,
      ...(hosted === undefined ? [] : [hosted]),
      ...waysTo(nodes, nodePort),
      ELSEWHERE,
    ),
  ];
}

const ELSEWHERE = `${setCommand("externalRegistry", "HOST/PATH")}   (a registry that this machine and the nodes reach)`;

/** Docker Desktop shows the node ports of its own cluster on this machine's loopback address. */
const DOCKER_DESKTOP = "docker-desktop";

function isThisMachine({ metadata, status }: V1Node): boolean {
  const own = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address),
  );
  // A container on a bridge of this machine is not this machine, although both have addresses of that network.
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === "InternalIP");
  return metadata?.name === DOCKER_DESKTOP || addresses.some(({ address }) => own.includes(address));
}

/** How the port is published, for the clusters that people have on a laptop. */
function waysTo(nodes: readonly V1Node[], port: number): string[] {
  const [{ metadata, spec } = {} as V1Node] = nodes;
  const labels = metadata?.labels ?? {};
  if (spec?.providerID?.startsWith("kind://") === true) {
    return [
      `a kind cluster with extraPortMappings {containerPort: ${port}, hostPort: ${port}, listenAddress: 127.0.0.1} for this port and the lab's others, or npm run up, which makes one`,
    ];
  }
  if (spec?.providerID?.startsWith("k3s://k3d-") === true) {
    return [`k3d cluster edit ${clusterName(metadata?.name)} --port-add ${port}:${port}@server:0`];
  }
  if (labels["minikube.k8s.io/name"] !== undefined) {
    return [`minikube start --ports=${port}:${port}   (for a new cluster; and so for the lab's other ports)`];
  }
  return [];
}

/** k3d names its nodes `k3d-NAME-server-0`. */
const clusterName = (node = ""): string => /^k3d-(.+)-(?:server|agent)-\d+$/.exec(node)?.[1] ?? "NAME";

/** The settings for the registry that a local cluster announces. */
async function hostedRegistry(cluster: Inspected["cluster"]): Promise<string | undefined> {
  const { key, ...place } = REGISTRY_HOSTING;
  const map = await cluster.read<V1ConfigMap>({ apiVersion: "v1", kind: "ConfigMap", ...place });
  const text = map?.data?.[key];
  if (text === undefined) return undefined;
  const hosting = readRegistryHosting(text);
  if ("problem" in hosting) return undefined;
  const settings = Object.entries(settingsOf(hosting.registry));
  const all = settings.map(([name, value]) => `--plaintext gourmetgram:${name}=${value}`).join(" ");
  return `${pulumiCommand()} config set-all ${all}   (the registry that this cluster announces)`;
}

/** Whether the nodes reach `localhost:<nodePort>`, which kube-proxy serves in one of its modes alone. */
async function notPulled(
  { cluster }: Inspected,
  { registryPullFrom, registryPullAddress, registryNodePort: nodePort }: LabConfig | BaseConfig,
): Promise<Finding[]> {
  if (registryPullFrom === "in-cluster" || registryPullAddress !== undefined) return [];
  const name = { apiVersion: "v1", kind: "ConfigMap", namespace: "kube-system", name: "kube-proxy" };
  const map = await cluster.read<V1ConfigMap>(name);
  const mode = modeIn(map?.data?.["config.conf"]);
  if (mode === undefined || mode === "" || mode === "iptables") return [];
  return [
    refused(
      `nodes cannot pull from localhost:${nodePort}: kube-proxy has the mode ${mode}, in which node ports do not answer on loopback addresses`,
      `${setCommand("registryPullFrom", "in-cluster")}   (if the nodes' container runtime knows registry.kube-system.svc.cluster.local:5000)`,
      ELSEWHERE,
    ),
  ];
}

function modeIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const { mode } = (parse(text) ?? {}) as { mode?: unknown };
    return typeof mode === "string" ? mode : undefined;
  } catch {
    return undefined;
  }
}

/** Why no connection can be made; undefined if it can. */
function refusal(address: { readonly port: number; readonly host: string }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (reason?: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(PATIENCE * 1000, () => end(`no answer within ${PATIENCE} s`));
    socket.once("connect", () => end());
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

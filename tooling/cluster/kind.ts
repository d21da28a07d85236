import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askDocker, docker, dockerEnvironment, listDocker, requireDocker } from "../machine/docker/docker";
import { nodeImage } from "../machine/docker/image-names";
import { loadKubeconfig } from "../../components/kubernetes";
import { certificateEnd, isDue, kubeletHasEnded, renewCertificates } from "./certificates";
import { nodeImageHash } from "./images/node-image";
import { restrictedRuntime } from "../machine/docker/daemon";
import { kubeconfig, live } from "../machine/paths";
import { run, type Report } from "../machine/run";
import { nodePorts } from "../engine/stack/stack-settings";
import { until } from "../support/until";
import { kindProgram } from "../toolchain/kind-source";
import { versions } from "../machine/versions";
import { embeddedSettings } from "../engine/stack/embedded-settings";
import { clusterName, controlPlane, kindConfiguration, registryHost, registryHosts } from "./kind-config";
import { nodeCount } from "./node-count";
import {
  clusterRecord,
  writeClusterRecord,
  type ClusterRecord,
  type Origin,
} from "../machine/cluster-record";

const log = "kind";
/** How long the nodes may take to become ready. */
const NODES_SECONDS = 180;
const clusterLabel = `io.x-k8s.kind.cluster=${clusterName}`;
/** The network that kind joins the nodes of all its clusters with. */
export const kindNetwork = "kind";

/** A container that is a node of the cluster. */
export interface NodeContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
}

/**
 * The containers of clusters of this name, whoever made them.
 *
 * @throws Error if Docker does not answer
 */
export async function nodeContainers(): Promise<NodeContainer[]> {
  const format = "{{.ID}} {{.Names}} {{.State}}";
  const args = ["ps", "--all", "--no-trunc", "--filter", `label=${clusterLabel}`, "--format", format];
  return (await listDocker(args)).map((line) => {
    const [id = "", name = "", state] = line.split(" ");
    return { id, name, running: state === "running" };
  });
}

/** Those of the containers that the lab did not make. While a cluster is being made, all are the lab's. */
export function foreignContainers(
  containers: readonly NodeContainer[],
  record: ClusterRecord | undefined,
): NodeContainer[] {
  if (record?.containers.length === 0) return [];
  return containers.filter(({ id }) => record?.containers.includes(id) !== true);
}

/** What kubectl answers inside the first node; undefined if it fails. */
export const askKubectl = (args: string[]): Promise<string | undefined> =>
  askDocker(["exec", controlPlane, "kubectl", "--request-timeout=5s", ...args]);

/** Whether the API server answers and says that it is ready. */
export const apiIsReady = async (): Promise<boolean> =>
  (clusterRecord()?.containers.length ?? 0) > 0 && (await askKubectl(["get", "--raw", "/readyz"])) === "ok";

/** When the nodes' containers were started, the last of them, in milliseconds. */
async function startOf(record: ClusterRecord): Promise<number> {
  const printed = await askDocker(["inspect", "--format", "{{.State.StartedAt}}", ...record.containers]);
  return Math.max(...(printed ?? "").split("\n").map((text) => Date.parse(text)));
}

/** Whether all nodes have said that they are ready since then. */
async function nodesAreReady(record: ClusterRecord, since: number): Promise<boolean> {
  const condition = '.status.conditions[?(@.type=="Ready")]';
  const path = `{range .items[*]}{${condition}.status} {${condition}.lastHeartbeatTime}{"\\n"}{end}`;
  const printed = (await askKubectl(["get", "nodes", "-o", `jsonpath=${path}`])) ?? "";
  const ready = printed.split("\n").filter((line) => {
    const [status, heartbeat = ""] = line.split(" ");
    return status === "True" && Date.parse(heartbeat) > since;
  });
  return ready.length === record.nodes;
}

/** Whether the controller manager is at work since then: before, what is said of a Deployment is out of date. */
async function controllersWork(since: number): Promise<boolean> {
  const lease = ["--namespace", "kube-system", "get", "lease", "kube-controller-manager"];
  const renewed = (await askKubectl([...lease, "-o", "jsonpath={.spec.renewTime}"])) ?? "";
  return Date.parse(renewed) > since;
}

/** Whether the cluster is up with all its nodes, and its certificates hold. */
export async function clusterIsReady(): Promise<boolean> {
  const record = clusterRecord();
  if (record === undefined || !(await apiIsReady()) || (await certificatesAreDue())) return false;
  const since = await startOf(record);
  return (await nodesAreReady(record, since)) && (await controllersWork(since));
}

async function certificatesAreDue(): Promise<boolean> {
  const end = await certificateEnd(await loadKubeconfig({ kubeconfig }));
  return end !== undefined && isDue(end);
}

/**
 * Makes the cluster, or starts the one that is there and renews its certificates where they are about to end.
 *
 * @param renew Whether they are renewed anyway.
 */
export async function startCluster(images: Origin, renew: boolean, report: Report): Promise<void> {
  const record = clusterRecord();
  const containers = await nodeContainers();
  if (record === undefined || record.containers.length === 0) {
    await removeContainers(containers);
    await createCluster(images, report);
  } else {
    const missing = record.containers.filter((id) => containers.every((each) => each.id !== id));
    if (missing.length > 0)
      throw new Error(`${missing.length} of the cluster's ${record.nodes} nodes are gone from Docker`);
    for (const { id, running } of containers) if (!running) await docker(["start", id], { log });
    const names = containers.map(({ name }) => name);
    if (renew || (await certificatesAreDue()) || (await kubeletHasEnded(names)))
      await renewCertificates(names, report);
  }
  const isReady = (): Promise<boolean> => {
    report("waiting for the nodes");
    return clusterIsReady();
  };
  await until(isReady, {
    seconds: NODES_SECONDS,
    pauseMilliseconds: 500,
    late: () => `the nodes are not ready after ${NODES_SECONDS} s`,
  });
}

/** What the cluster of this checkout would be made from. */
export const currentNode = (images: Origin): { image: string; madeFrom: string; kubernetes: string } =>
  images === "official"
    ? {
        image: versions.kindNode,
        madeFrom: versions.kindNode,
        kubernetes: /:v([^@]+)/.exec(versions.kindNode)?.[1] ?? "",
      }
    : { image: nodeImage, madeFrom: nodeImageHash(), kubernetes: versions.kubernetes };

async function createCluster(images: Origin, report: Report): Promise<void> {
  const { controlGroups, runtime } = await requireDocker();
  const named = nodePorts();
  const ports = Object.values(named);
  const { image, ...node } = currentNode(images);
  const nodes = nodeCount();
  const madeNetwork = !(await kindNetworkExists());
  const draft = { containers: [], volumes: [], madeNetwork, images, ...node, nodes, ports, settings: {} };
  writeClusterRecord(draft);
  const registries = join(live, "registries");
  await mkdir(join(registries, registryHost), { recursive: true });
  await writeFile(join(registries, registryHost, "hosts.toml"), registryHosts(named.registryNodePort));
  const configuration = kindConfiguration({
    ...{ nodes, image, images, ports, registries, controlGroups },
    restricted: runtime === restrictedRuntime,
  });
  await writeFile(join(live, "kind.yaml"), configuration);
  const args = ["--name", clusterName, "--config", join(live, "kind.yaml"), "--kubeconfig", kubeconfig];
  await run(await kindProgram(), ["create", "cluster", ...args], {
    log,
    report,
    env: await dockerEnvironment(),
  });
  const containers = (await nodeContainers()).map(({ id }) => id);
  // kind lets Docker start a node again once; after a restart of the machine it should come back each time.
  await docker(["update", "--restart", "unless-stopped", ...containers], { log });
  writeClusterRecord({
    ...draft,
    containers,
    volumes: await volumesOf(containers),
    settings: embeddedSettings(images, await subnet()),
  });
}

async function volumesOf(containers: readonly string[]): Promise<string[]> {
  const format = "{{range .Mounts}}{{if .Name}}{{println .Name}}{{end}}{{end}}";
  const printed = await docker(["inspect", "--format", format, ...containers], { log });
  return printed.split("\n").filter((line) => line !== "");
}

/** The IPv4 block of the nodes' network. */
async function subnet(): Promise<string> {
  const format = "{{range .IPAM.Config}}{{println .Subnet}}{{end}}";
  const printed = await docker(["network", "inspect", kindNetwork, "--format", format], { log });
  const found = printed.split("\n").find((line) => /^[\d.]+\/\d+$/.test(line));
  if (found === undefined) throw new Error(`the network ${kindNetwork} has no IPv4 block of addresses`);
  return found;
}

async function removeContainers(containers: readonly NodeContainer[]): Promise<void> {
  if (containers.length > 0)
    await docker(["rm", "--force", "--volumes", ...containers.map(({ id }) => id)], { log });
}

/** What differs between the running cluster and the one that this checkout would make, for people. */
export function clusterNotes(
  record: ClusterRecord,
  current: { madeFrom: string; kubernetes: string; nodes: number },
): string[] {
  const again =
    "npm run down, then npm run up makes a new one, which deletes the data of this one: npm run backup -- FILE before, " +
    "and npm run restore -- FILE after, keep it";
  const notes: string[] = [];
  if (record.madeFrom !== current.madeFrom)
    notes.push(
      `its nodes have Kubernetes ${record.kubernetes} and the images of when it was made; ` +
        `this checkout would make them with Kubernetes ${current.kubernetes} and newer ones`,
    );
  if (record.nodes !== current.nodes)
    notes.push(`it has ${record.nodes} nodes, and GOURMETGRAM_NODES asks for ${current.nodes}`);
  return notes.map((note) => `The cluster stays as it is: ${note}.\n  ${again}`);
}

/** @throws Error if Docker does not answer */
export const kindNetworkExists = async (): Promise<boolean> =>
  (await listDocker(["network", "ls", "--quiet", "--filter", `name=^${kindNetwork}$`])).length > 0;

/**
 * Whether containers besides the lab's nodes use kind's network, also such as are stopped.
 *
 * @throws Error if Docker does not answer
 */
export async function kindNetworkIsShared(): Promise<boolean> {
  const args = ["ps", "--all", "--no-trunc", "--quiet", "--filter", `network=${kindNetwork}`];
  const ids = await listDocker(args);
  const own = (await nodeContainers()).map(({ id }) => id);
  return ids.some((id) => !own.includes(id));
}

/**
 * The volumes that Docker made for the nodes and still has.
 *
 * @throws Error if Docker does not answer
 */
export async function clusterVolumes(record: ClusterRecord): Promise<string[]> {
  const volumes = await listDocker(["volume", "ls", "--quiet"]);
  return record.volumes.filter((each) => volumes.includes(each));
}

/**
 * Removes the cluster's containers with their volumes, and kind's network unless another cluster is in it.
 *
 * @throws Error if Docker does not answer
 */
export async function removeCluster(): Promise<void> {
  const record = clusterRecord();
  await removeContainers(await nodeContainers());
  // A removal that was ended halfway has taken a container and left its volume.
  const volumes = record === undefined ? [] : await clusterVolumes(record);
  if (volumes.length > 0) await docker(["volume", "rm", ...volumes], { log });
  if (record?.madeNetwork !== true || (await kindNetworkIsShared())) return;
  if (await kindNetworkExists()) await docker(["network", "rm", kindNetwork], { log });
}

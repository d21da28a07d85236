import { stringify } from "yaml";
import { imageHost } from "../machine/docker/image-names";
import { versions } from "../machine/versions";
import type { Origin } from "../machine/cluster-record";

/** Name of the cluster, which its containers' names begin with. */
export const clusterName = "gourmetgram";

/** The first node, which has kubectl and the administrator's configuration. */
export const controlPlane = `${clusterName}-control-plane`;

/** The registry's name in image references, as components/registry/local-registry.ts gives it. */
export const registryHost = "registry.kube-system.svc.cluster.local:5000";

const registries = "/etc/containerd/certs.d";

/** What etcd keeps at most, in bytes: the most that it supports. By default it takes no more writes at a quarter of it. */
const etcdQuota = { name: "quota-backend-bytes", value: String(8 * 1024 ** 3) };

/** kubeadm's versions write arguments as a map or as a list; kind applies the patch of the version that it uses. */
const etcdPatches = [
  { version: "v1beta3", extraArgs: { [etcdQuota.name]: etcdQuota.value } },
  { version: "v1beta4", extraArgs: [etcdQuota] },
].map(({ version, extraArgs }) => ({
  apiVersion: `kubeadm.k8s.io/${version}`,
  kind: "ClusterConfiguration",
  etcd: { local: { extraArgs } },
}));

/** GiB that have to be free on the nodes' disk. */
export const LEAST_FREE = 2;

/**
 * Free space below which kubelet deletes images that nothing runs, and then ends pods. kind has it do neither. It is no
 * share of the disk, which is also that of the machine's owner, and may be nearly full.
 *
 * Where the node's images were built here, kubelet would begin with those: nobody could pull them again, and Debian's
 * containerd cannot mark them as to be kept.
 */
const evictionHard = { "nodefs.available": `${LEAST_FREE}Gi`, "imagefs.available": `${LEAST_FREE}Gi` };

/** What the configuration of a cluster depends on. */
export interface KindClusterArgs {
  /** How many nodes. All of them carry pods. */
  readonly nodes: number;
  readonly image: string;
  readonly images: Origin;
  /** Node ports that answer on the same port of 127.0.0.1. */
  readonly ports: readonly number[];
  /** Folder on this machine with the registries' addresses, for containerd. */
  readonly registries: string;
  /** Version of the kernel's control groups, `1` or `2`. */
  readonly controlGroups: string;
  /** Whether the machine's root lacks CAP_SYS_RESOURCE: then nothing may lower its OOM score. */
  readonly restricted: boolean;
}

/** The configuration of `kind create cluster`, as YAML. */
export function kindConfiguration(args: KindClusterArgs): string {
  const extraMounts = [{ hostPath: args.registries, containerPath: registries, readOnly: true }];
  const extraPortMappings = args.ports.map((port) => ({
    containerPort: port,
    hostPort: port,
    listenAddress: "127.0.0.1",
    protocol: "TCP",
  }));
  const node = { image: args.image, extraMounts };
  return stringify({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    kubeadmConfigPatches: kubeadmPatches(args).map((patch) => stringify(patch)),
    containerdConfigPatches: [containerdPatch(args)],
    nodes: [
      { role: "control-plane", ...node, extraPortMappings },
      ...Array.from({ length: args.nodes - 1 }, () => ({ role: "worker", ...node })),
    ],
  });
}

function containerdPatch({ restricted }: KindClusterArgs): string {
  const plugin = 'plugins."io.containerd.grpc.v1.cri"';
  return [
    `[${plugin}]`,
    ...(restricted ? ["  restrict_oom_score_adj = true"] : []),
    `[${plugin}.registry]`,
    `  config_path = "${registries}"`,
    "",
  ].join("\n");
}

function kubeadmPatches(args: KindClusterArgs): object[] {
  const score = args.restricted ? { oomScoreAdj: 0 } : {};
  const kubelet = {
    kind: "KubeletConfiguration",
    ...score,
    ...(args.controlGroups === "1" ? { failCgroupV1: false } : {}),
    // A class has many small pods on one node.
    maxPods: 250,
    containerLogMaxSize: "5Mi",
    // A pod that starts processes without end takes none of the others'. A training has some threads for each core.
    podPidsLimit: 4096,
    ...(args.images === "official" ? { evictionHard } : {}),
  };
  const proxy = { kind: "KubeProxyConfiguration", ...score };
  // The only node carries no taint anyway, and of several the first is to carry pods as well.
  const init = { kind: "InitConfiguration", nodeRegistration: { taints: [] } };
  const cluster = {
    kind: "ClusterConfiguration",
    imageRepository: imageHost,
    dns: { imageTag: `v${versions.coredns}` },
    etcd: { local: { imageTag: versions.etcd } },
  };
  return [
    kubelet,
    ...(args.restricted ? [proxy] : []),
    ...(args.nodes > 1 ? [init] : []),
    ...(args.images === "built" ? [cluster] : []),
    ...etcdPatches,
  ];
}

/** Where containerd finds the registry: nodes cannot resolve the names of Services, so its node port is named. */
export function registryHosts(port: number): string {
  const address = `http://localhost:${port}`;
  return `server = "${address}"\n[host."${address}"]\n  capabilities = ["pull", "resolve"]\n`;
}

import { existsSync } from "node:fs";
import { copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { labImages } from "../images/names";
import { claimFolders } from "../machine/ownership";
import { startService, stopService, type Service } from "../machine/services";
import { containerdSocket, kubeconfig, kubernetesFolders, live } from "../paths";
import { ask, run, type Report } from "../run";
import { goBuilds, programPath } from "../toolchain/go-builds";
import { corefile, kubeadmConfiguration, kubeProxyConfiguration } from "./kubeadm-config";
import { nodePortAddresses } from "./network";
import { storageManifests } from "./storage";

const log = "kubernetes";
const program = (name: string): string => programPath(goBuilds.kubernetes, name);
const clusterEnvironment = { KUBECONFIG: kubeconfig };

/** Runs kubectl against the embedded cluster. */
export const kubectl = (args: string[], input?: string): Promise<string> =>
  run(program("kubectl"), args, { log, env: clusterEnvironment, ...(input === undefined ? {} : { input }) });

/** What kubectl answers to a question; undefined if it fails. */
export const askKubectl = (args: string[]): Promise<string | undefined> =>
  ask(program("kubectl"), ["--request-timeout=5s", ...args], clusterEnvironment);

const clusterExists = (): boolean => existsSync(join(live, "cluster-initialised"));

/** Whether the API server answers and says that it is ready. */
export const apiIsReady = async (): Promise<boolean> =>
  existsSync(kubeconfig) && (await askKubectl(["get", "--raw", "/readyz"])) === "ok";

/** Waits for the condition, reporting how long it has taken. */
async function waitUntil(
  what: string,
  seconds: number,
  report: Report,
  condition: () => Promise<boolean>,
): Promise<void> {
  const start = Date.now();
  while (!(await condition())) {
    const waited = Math.round((Date.now() - start) / 1000);
    if (waited > seconds) throw new Error(`${what}: not so after ${seconds} s`);
    report(`${what} (${waited} s)`);
    await delay(1000);
  }
}

const isHealthy = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
};

const kubelet = (): Service => ({
  name: "kubelet",
  command: ["sh", join(live, "kubelet.sh")],
  isReady: () => isHealthy("http://127.0.0.1:10248/healthz"),
  readyWithin: 120,
});

const kubeProxy = (): Service => ({
  name: "kube-proxy",
  command: [program("kube-proxy"), "--config", join(live, "kube-proxy.yaml")],
  isReady: () => isHealthy("http://127.0.0.1:10256/healthz"),
  readyWithin: 120,
});

/** kubeadm writes kubelet's flags for systemd; this starts kubelet with the same ones anywhere. */
const kubeletScript = (): string => `. ${kubernetesFolders.kubelet}/kubeadm-flags.env
eval exec ${program("kubelet")} --config=${kubernetesFolders.kubelet}/config.yaml \\
  --kubeconfig=${kubernetesFolders.configuration}/kubelet.conf \\
  --bootstrap-kubeconfig=${kubernetesFolders.configuration}/bootstrap-kubelet.conf "$KUBELET_KUBEADM_ARGS"
`;

async function initialise(report: Report): Promise<void> {
  claimFolders();
  await writeFile(join(live, "kubeadm.yaml"), kubeadmConfiguration());
  await writeFile(join(live, "kubelet.sh"), kubeletScript());
  const kubeadm = (args: string[]): Promise<string> => run(program("kubeadm"), args, { log, report });
  const configuration = ["--config", join(live, "kubeadm.yaml")];
  // A first attempt that was interrupted leaves parts that a second would trip over: a kubelet with certificates of a
  // control plane that is gone, and its database.
  await stopService("kubelet");
  await kubeadm(["reset", "--force", "--cri-socket", `unix://${containerdSocket}`]);
  await rm(join(live, "etcd"), { recursive: true, force: true });
  claimFolders();
  // kubeadm starts kubelet through systemd; ours waits for the files that kubeadm is about to write.
  const skipped = "addon/kube-proxy,preflight";
  const quiet = ["--skip-token-print", "--skip-certificate-key-print"];
  await Promise.all([
    kubeadm(["init", ...configuration, "--skip-phases", skipped, ...quiet]),
    startServiceWhenConfigured(report),
  ]);
  await copyFile(join(kubernetesFolders.configuration, "admin.conf"), kubeconfig);
  await writeFile(join(live, "cluster-initialised"), new Date().toISOString());
}

async function startServiceWhenConfigured(report: Report): Promise<void> {
  const written = [
    join(kubernetesFolders.kubelet, "kubeadm-flags.env"),
    join(kubernetesFolders.kubelet, "config.yaml"),
  ];
  await waitUntil("waiting for kubelet's configuration", 120, report, () =>
    Promise.resolve(written.every((file) => existsSync(file))),
  );
  await startService(kubelet());
}

/**
 * A kubeconfig with a certificate of its own for a program of the node, which so has that program's rights and not the
 * administrator's.
 *
 * @returns the file's path
 */
export async function programKubeconfig(name: string, user: string): Promise<string> {
  const file = join(live, `${name}.kubeconfig`);
  if (existsSync(file)) return file;
  const configuration = ["--config", join(live, "kubeadm.yaml")];
  const printed = await run(
    program("kubeadm"),
    ["kubeconfig", "user", ...configuration, "--client-name", user],
    { log },
  );
  await writeFile(file, printed.slice(printed.indexOf("apiVersion:")), { mode: 0o600 });
  return file;
}

async function startKubeProxy(): Promise<void> {
  const proxyKubeconfig = await programKubeconfig("kube-proxy", "system:kube-proxy");
  await writeFile(join(live, "kube-proxy.yaml"), kubeProxyConfiguration(proxyKubeconfig, nodePortAddresses));
  await startService(kubeProxy());
}

/** What the cluster needs beside the control plane: names without an outer name server, volumes, one DNS replica. */
async function applyAddons(): Promise<void> {
  const names = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "coredns", namespace: "kube-system" },
  };
  const manifests = [
    { ...names, data: { Corefile: corefile } },
    ...storageManifests(labImages.storageProvisioner),
  ];
  const text = manifests.map((manifest) => stringify(manifest)).join("---\n");
  await kubectl(["apply", "--server-side", "--force-conflicts", "--filename", "-"], text);
  await kubectl(["--namespace", "kube-system", "scale", "deployment", "coredns", "--replicas", "1"]);
}

async function systemPodsAreReady(): Promise<boolean> {
  const printed = await askKubectl([
    "--namespace",
    "kube-system",
    "get",
    "deployments",
    "coredns",
    "storage-provisioner",
    "-o",
    "json",
  ]);
  if (printed === undefined) return false;
  const { items } = JSON.parse(printed) as { items: { status: { readyReplicas?: number } }[] };
  return items.length === 2 && items.every((item) => (item.status.readyReplicas ?? 0) > 0);
}

/** Whether the cluster is up: the API, the node's services and the system pods. */
export async function clusterIsReady(): Promise<boolean> {
  return (
    clusterExists() &&
    (await apiIsReady()) &&
    (await kubelet().isReady()) &&
    (await kubeProxy().isReady()) &&
    (await systemPodsAreReady())
  );
}

/** Makes the cluster, or starts the one that is there. */
export async function startCluster(report: Report): Promise<void> {
  if (clusterExists()) await startService(kubelet());
  else await initialise(report);
  await waitUntil("waiting for the API server", 180, report, apiIsReady);
  await startKubeProxy();
  await applyAddons();
  await waitUntil("waiting for the node's own pods", 180, report, systemPodsAreReady);
}

import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout that this program runs from. */
export const checkout = resolve(__dirname, "..");

/**
 * Everything that the lab keeps on this machine, apart from Debian packages.
 *
 * @default ~/.cache/gourmetgram-lab, or the environment variable GOURMETGRAM_LAB_HOME
 */
export const home = resolve(
  process.env["GOURMETGRAM_LAB_HOME"] ?? join(homedir(), ".cache", "gourmetgram-lab"),
);

/** Build results. Survives `down`; may be deleted at any time while no lab runs. */
export const cache = join(home, "cache");

/** The Pulumi stacks' state and their passphrase. Removed by `down` once no stack is left. */
export const state = join(home, "state");

/** The live cluster: containers, volumes, etcd, logs. Removed by `down`. */
export const live = join(home, "live");

/** Sockets: their paths may not be longer than 107 bytes, so they are not under `home`. */
export const sockets = "/run/gourmetgram-lab";

/** Output of every step and service, for the reader of an error. Removed by a successful `down`. */
export const logs = join(home, "logs");

export const containerdSocket = join(sockets, "containerd.sock");
export const dockerSocket = join(sockets, "docker.sock");
export const kubeconfig = join(live, "admin.kubeconfig");

/** Folders outside `home` whose place kubeadm and kubelet fix. A marker in the first says that they are the lab's. */
export const kubernetesFolders = {
  configuration: "/etc/kubernetes",
  kubelet: "/var/lib/kubelet",
  podLogs: "/var/log/pods",
  containerLogs: "/var/log/containers",
};
export const ownershipMarker = join(kubernetesFolders.configuration, ".gourmetgram-lab");

/** Where the library of the container runtime keeps what it knows of pods' networks; others may use it too. */
export const cniFolder = "/var/lib/cni";

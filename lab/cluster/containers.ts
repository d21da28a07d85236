import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askDocker } from "../images/docker";
import { labImages } from "../images/names";
import { type Service } from "../machine/services";
import { cache, containerdSocket, dockerSocket, live, sockets } from "../paths";
import { run, succeeds, type Report } from "../run";
import { nodePort } from "../stack-settings";
import { network } from "./network";

/** The registry's name in image references, as components/local-registry.ts gives it. */
const registryHost = "registry.kube-system.svc.cluster.local:5000";

/** `ctr` arguments that reach the lab's containerd, in the namespace that Kubernetes uses. */
export const ctrArguments = ["--address", containerdSocket, "--namespace", "k8s.io"];

const capSysResource = 24n;

/** Whether this process may lower a process's OOM score; root in some sandboxes may not. */
function mayLowerOomScore(): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${bounding}`) >> capSysResource) & 1n) === 1n;
}

const containerdConfiguration = (): string => `version = 2
root = "${join(live, "containerd")}"
state = "${join(sockets, "containerd")}"
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${labImages.pause}"
  # Without CAP_SYS_RESOURCE every pod sandbox would fail on its oom_score_adj.
  restrict_oom_score_adj = ${String(!mayLowerOomScore())}
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(live, "cni")}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${join(live, "registries")}"
`;

/** Name of the pods' network. */
export const podNetworkName = "gourmetgram";

/** Bridge, addresses and host ports of pods. No masquerading: pods have no way out of the lab and need none. */
const podNetwork = {
  cniVersion: "0.4.0",
  name: podNetworkName,
  plugins: [
    {
      type: "bridge",
      bridge: network.bridge,
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        dataDir: join(live, "cni-addresses"),
        ranges: [[{ subnet: network.podCidr, gateway: network.nodeAddress }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

/** Writes what containerd reads at its start. */
export async function configureContainers(): Promise<void> {
  const registry = join(live, "registries", registryHost);
  for (const folder of [sockets, live, join(live, "cni"), registry, join(cache, "docker")]) {
    await mkdir(folder, { recursive: true });
  }
  await writeFile(join(live, "containerd.toml"), containerdConfiguration());
  await writeFile(join(live, "cni", "10-gourmetgram.conflist"), JSON.stringify(podNetwork, null, 2));
  const address = `http://localhost:${nodePort("registryNodePort")}`;
  // Nodes cannot resolve the names of Services, so the registry's name leads to its node port.
  await writeFile(
    join(registry, "hosts.toml"),
    `server = "${address}"\n[host."${address}"]\n  capabilities = ["pull", "resolve"]\n`,
  );
}

export const containerd: Service = {
  name: "containerd",
  command: ["/usr/bin/containerd", "--config", join(live, "containerd.toml")],
  isReady: async () => existsSync(containerdSocket) && (await succeeds("ctr", [...ctrArguments, "version"])),
  readyWithin: 60,
};

/** Docker only builds and pushes here: without a bridge and without rules of its own, it changes no network. */
export const dockerd: Service = {
  name: "dockerd",
  command: [
    "/usr/sbin/dockerd",
    ...["--host", `unix://${dockerSocket}`],
    ...["--containerd", containerdSocket],
    // In the cache, so that the layers of images outlive the lab and `up` need not build them again.
    ...["--data-root", join(cache, "docker")],
    ...["--exec-root", join(sockets, "docker")],
    ...["--pidfile", join(sockets, "docker.pid")],
    ...["--bridge", "none", "--iptables=false", "--ip-forward=false"],
  ],
  isReady: async () => (await askDocker(["info"])) !== undefined,
  readyWithin: 60,
};

/** The images that containerd has for Kubernetes. */
async function presentImages(): Promise<Set<string>> {
  const printed = await run("ctr", [...ctrArguments, "images", "list", "--quiet"], { log: "images" });
  return new Set(printed.split("\n"));
}

/**
 * Gives containerd the images that it lacks.
 *
 * @param archives each image's name and the path of its archive
 */
export async function importImages(archives: ReadonlyMap<string, string>, report: Report): Promise<void> {
  const marker = join(live, "imported-images.json");
  const imported: Record<string, string> = existsSync(marker)
    ? (JSON.parse(readFileSync(marker, "utf8")) as Record<string, string>)
    : {};
  const present = await presentImages();
  for (const [image, archive] of archives) {
    if (present.has(image) && imported[image] === archive) continue;
    report(image);
    await run("ctr", [...ctrArguments, "images", "import", archive], { log: "images" });
    imported[image] = archive;
    await writeFile(marker, JSON.stringify(imported));
  }
}

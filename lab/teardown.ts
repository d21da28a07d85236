import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { audit, labControlGroups, labMounts, networkResults } from "./audit";
import { ctrArguments } from "./cluster/containers";
import { removeHostNetwork } from "./cluster/host-network";
import { owningHome } from "./machine/ownership";
import { stopService } from "./machine/services";
import { cniFolder, containerdSocket, kubernetesFolders, live, logs, home, sockets } from "./paths";
import { ask, run, succeeds } from "./run";
import { type Step } from "./steps";

const log = "down";
const again = "run npm run down again";

/** Ends every pod, through the runtime that started it. */
async function removePods(): Promise<void> {
  if (!existsSync(containerdSocket)) return;
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const tasks = ((await ask("ctr", [...ctrArguments, "tasks", "list", "--quiet"])) ?? "")
      .split("\n")
      .filter(Boolean);
    if (tasks.length === 0) break;
    for (const task of tasks)
      await succeeds("ctr", [...ctrArguments, "tasks", "kill", "--all", "--signal", "SIGKILL", task]);
    await delay(500);
    for (const task of tasks) await succeeds("ctr", [...ctrArguments, "tasks", "delete", "--force", task]);
  }
  const containers = ((await ask("ctr", [...ctrArguments, "containers", "list", "--quiet"])) ?? "")
    .split("\n")
    .filter(Boolean);
  for (const container of containers)
    await succeeds("ctr", [...ctrArguments, "containers", "delete", container]);
}

/** Unmounts what is left under the lab's folders, the innermost first. */
async function unmount(): Promise<void> {
  for (const target of labMounts().sort((a, b) => b.length - a.length)) {
    if (!(await succeeds("umount", [target]))) await run("umount", ["--lazy", target], { log });
  }
}

/** The network namespaces of pods. Those of other programs have other names. */
async function removeNetworkNamespaces(): Promise<void> {
  for (const folder of ["/run/netns", "/var/run/netns"].filter((path) => existsSync(path))) {
    for (const name of (await readdir(folder)).filter((each) => each.startsWith("cni-"))) {
      await succeeds("umount", [join(folder, name)]);
      await rm(join(folder, name), { force: true });
    }
  }
}

async function removeNetworkResults(): Promise<void> {
  for (const file of await networkResults()) await rm(file);
  for (const folder of [join(cniFolder, "results"), cniFolder]) {
    if (existsSync(folder) && (await readdir(folder)).length === 0) await rmdir(folder);
  }
}

async function removeControlGroups(): Promise<void> {
  const removeTree = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await removeTree(join(folder, entry.name));
    }
    await rmdir(folder);
  };
  for (const folder of await labControlGroups()) await removeTree(folder);
}

/** Steps that take the embedded cluster away, whatever state it is in. The cache stays. */
export const teardownSteps = (): Step[] => [
  {
    title: "Pods and services of the node",
    run: async () => {
      // kubelet first: it would start again what is ended.
      for (const name of ["kubelet", "kube-router", "kube-proxy"]) await stopService(name);
      await removePods();
      for (const name of ["dockerd", "containerd"]) await stopService(name);
    },
    remedy: again,
  },
  {
    title: "Mounts, network and control groups",
    run: async () => {
      await unmount();
      await removeNetworkNamespaces();
      await removeHostNetwork();
      await removeControlGroups();
    },
    remedy: again,
  },
  {
    title: "Files",
    run: async () => {
      const owned = owningHome() === home ? Object.values(kubernetesFolders) : [];
      await removeNetworkResults();
      for (const folder of [...owned, live, sockets]) await rm(folder, { recursive: true, force: true });
    },
    remedy: again,
  },
];

/** @throws if anything of the lab is left outside its cache */
export async function proveNothingIsLeft(): Promise<void> {
  const left = await audit();
  if (left.length > 0)
    throw new Error(`still here after down:\n${left.map((each) => `  ${each}`).join("\n")}`);
  await rm(logs, { recursive: true, force: true });
}

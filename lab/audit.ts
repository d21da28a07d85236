import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { labAddressSets, labChains, labInterfaces } from "./cluster/host-network";
import { podNetworkName } from "./cluster/containers";
import { cache, cniFolder, home, kubernetesFolders, live, logs, sockets, state } from "./paths";
import { stacksInState } from "./pulumi/stack";
import { stackName } from "./stack-settings";

/** Processes that run a program of the lab or work in one of its folders. */
async function processes(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const ours = [join(cache, "programs"), live, sockets].some((folder) =>
        commandLine.includes(`${folder}/`),
      );
      if (ours) found.push(`process ${pid}: ${commandLine.slice(0, 120)}`);
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Mounts under the lab's folders. */
export function labMounts(): string[] {
  const folders = [live, sockets, kubernetesFolders.kubelet, join(cache, "docker")];
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((target) => folders.some((folder) => target === folder || target.startsWith(`${folder}/`)));
}

/** Folders of the kernel's control groups that kubelet made. */
export async function labControlGroups(): Promise<string[]> {
  const root = "/sys/fs/cgroup";
  const hierarchies = existsSync(root) ? ["", ...(await readdir(root))] : [];
  const names = ["kubepods", "k8s.io", "moby"];
  return hierarchies
    .flatMap((hierarchy) => names.map((name) => join(root, hierarchy, name)))
    .filter((path) => existsSync(path));
}

/** What the container runtime remembers of the pods' networks, in a folder that its library fixes. */
export async function networkResults(): Promise<string[]> {
  const folder = join(cniFolder, "results");
  const names = existsSync(folder) ? await readdir(folder) : [];
  // `<network>-<pod sandbox>-<interface>`; each sandbox also has a loopback under a name that all clusters share.
  const sandboxes = names.flatMap(
    (name) => new RegExp(`^${podNetworkName}-([0-9a-f]{64})-`).exec(name)?.[1] ?? [],
  );
  return names.filter((name) => sandboxes.some((id) => name.includes(id))).map((name) => join(folder, name));
}

/** Files and folders outside the cache. */
async function files(): Promise<string[]> {
  const outside = [sockets, ...Object.values(kubernetesFolders)].filter((path) => existsSync(path));
  const inside = existsSync(home) ? (await readdir(home)).filter((name) => join(home, name) !== cache) : [];
  // The state of stacks on other clusters is theirs, and the only record of what they made.
  const kept = [logs, ...(stacksInState().some((stack) => stack !== stackName) ? [state] : [])];
  const left = inside.map((name) => join(home, name)).filter((path) => !kept.includes(path));
  return [...outside, ...(await networkResults()), ...left];
}

/**
 * Everything of the embedded lab that is on the machine outside its cache: processes, mounts, network interfaces,
 * packet filter chains, address sets, control groups and files. Empty after `down`.
 */
export async function audit(): Promise<string[]> {
  return [
    ...(await processes()),
    ...labMounts().map((target) => `mount ${target}`),
    ...(await labInterfaces()).map((name) => `interface ${name}`),
    ...(await labChains()).map((name) => `packet filter chain ${name}`),
    ...(await labAddressSets()).map((name) => `address set ${name}`),
    ...(await labControlGroups()).map((path) => `control group ${path}`),
    ...(await files()).map((path) => `file ${path}`),
  ];
}

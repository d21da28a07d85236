import { existsSync } from "node:fs";
import { mkdir, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { freemem, networkInterfaces, totalmem } from "node:os";
import { dirname } from "node:path";
import { controlPlanePorts, network } from "../cluster/network";
import { home, kubernetesFolders } from "../paths";
import { ask } from "../run";
import { nodePort } from "../stack-settings";
import { owningHome } from "./ownership";
import { supervisorPid } from "./services";

/** Something that stands in the way of the embedded lab, and what to do about it. */
export interface Obstacle {
  readonly problem: string;
  readonly remedy: string;
}

/** What a check looked at, for `doctor`. */
export interface Check {
  readonly name: string;
  readonly found: string;
  readonly obstacle?: Obstacle;
}

const gibibyte = 1024 ** 3;

/** What a cold build and the running lab take, as measured: 17 GB in the cache and 6 GB of images and volumes. */
export const requiredDisk = { cold: 35 * gibibyte, warm: 10 * gibibyte };

/** The Kubernetes provider's link step takes 4 GiB by itself; the idle lab takes less than that. */
export const requiredMemory = 6 * gibibyte;

const inGiB = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;

function root(): Check {
  const uid = process.getuid?.() ?? -1;
  const found = uid === 0 ? "yes" : `user id ${uid}`;
  if (uid === 0) return { name: "root", found };
  const remedy =
    "run it as root (sudo -E npm run up), or configure a cluster of your own: pulumi config set kubernetes:context NAME";
  return { name: "root", found, obstacle: { problem: "the embedded cluster needs root", remedy } };
}

function system(): Check {
  const found = `${process.platform} ${process.arch}`;
  if (found === "linux x64" && existsSync("/usr/bin/apt-get"))
    return { name: "system", found: `${found}, apt` };
  const remedy = "use a Debian 12 machine with an x86-64 processor, or configure a cluster of your own";
  return {
    name: "system",
    found,
    obstacle: { problem: `the embedded lab is made for Debian on x86-64, this is ${found}`, remedy },
  };
}

async function disk(cold: boolean): Promise<Check> {
  let folder = home;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const required = cold ? requiredDisk.cold : requiredDisk.warm;
  const found = `${inGiB(free)} free for ${home}`;
  if (free >= required) return { name: "disk", found };
  const remedy = "free some, or set GOURMETGRAM_LAB_HOME to a folder on a larger disk";
  return {
    name: "disk",
    found,
    obstacle: { problem: `${inGiB(free)} free, ${inGiB(required)} needed`, remedy },
  };
}

function memory(running: boolean): Check {
  const found = `${inGiB(totalmem())}, ${inGiB(freemem())} unused`;
  if (running || totalmem() >= requiredMemory) return { name: "memory", found };
  const problem = `${inGiB(totalmem())} of memory, ${inGiB(requiredMemory)} needed`;
  return {
    name: "memory",
    found,
    obstacle: { problem, remedy: "use a larger machine, or a cluster of your own" },
  };
}

async function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

async function ports(running: boolean): Promise<Check> {
  const wanted: Record<number, string> = {
    ...controlPlanePorts,
    [nodePort("registryNodePort")]: "the registry (gourmetgram:registryNodePort)",
    [nodePort("mlflowNodePort")]: "MLflow (gourmetgram:mlflowNodePort)",
    [nodePort("argoServerNodePort")]: "the Argo server (gourmetgram:argoServerNodePort)",
  };
  const name = "ports";
  if (running) return { name, found: "in use by the lab" };
  const taken: string[] = [];
  for (const [port, user] of Object.entries(wanted)) {
    if (!(await isFree(Number(port), "127.0.0.1"))) {
      const holder = await ask("sh", ["-c", `ss -Hltnp 'sport = :${port}' | head -1`]);
      const who = /users:\(\("([^"]+)",pid=(\d+)/.exec(holder ?? "");
      taken.push(
        `${port} for ${user}${who === null ? "" : ` is held by ${String(who[1])} (process ${String(who[2])})`}`,
      );
    }
  }
  if (taken.length === 0) return { name, found: `${Object.keys(wanted).length} free` };
  const remedy = "stop that program, or choose another node port: pulumi config set gourmetgram:<key> <port>";
  return {
    name,
    found: `${taken.length} taken`,
    obstacle: { problem: `ports taken: ${taken.join("; ")}`, remedy },
  };
}

function otherCluster(): Check {
  const name = "no other Kubernetes on this machine";
  const folders = [kubernetesFolders.configuration, kubernetesFolders.kubelet].filter((folder) =>
    existsSync(folder),
  );
  const owner = owningHome();
  if (folders.length === 0 || owner === home) return { name, found: "none" };
  if (owner !== undefined) {
    const problem = `the lab in ${owner} has its cluster on this machine`;
    const remedy = `use it with GOURMETGRAM_LAB_HOME=${owner}, or take it down with that first`;
    return { name, found: owner, obstacle: { problem, remedy } };
  }
  const problem = `${folders.join(" and ")} belong to a Kubernetes that this lab did not make`;
  const remedy = "use that cluster (pulumi config set kubernetes:context NAME), or remove it (kubeadm reset)";
  return { name, found: folders.join(", "), obstacle: { problem, remedy } };
}

function addresses(): Check {
  const name = "addresses";
  const inUse = Object.entries(networkInterfaces()).flatMap(([device, entries]) =>
    device === network.bridge
      ? []
      : (entries ?? [])
          .filter((entry) => /^10\.21[45]\./.test(entry.address))
          .map((entry) => `${device} ${entry.address}`),
  );
  const found = `${network.podCidr} for pods, ${network.serviceCidr} for services`;
  if (inUse.length === 0) return { name, found };
  const problem = `the lab's networks ${found} overlap with ${inUse.join(", ")}`;
  return { name, found, obstacle: { problem, remedy: "take that interface down, or use another machine" } };
}

/**
 * Looks at everything that the embedded lab needs of the machine, and changes nothing.
 *
 * @param state whether the lab runs already, and whether its programs have yet to be built
 */
export async function checkMachine(state: { cold: boolean }): Promise<Check[]> {
  const running = supervisorPid("kubelet") !== undefined;
  return [
    root(),
    system(),
    await disk(state.cold),
    memory(running),
    await ports(running),
    otherCluster(),
    addresses(),
  ];
}

/** All obstacles in one error. */
export class MachineError extends Error {
  constructor(obstacles: readonly Obstacle[]) {
    const lines = obstacles.map(({ problem, remedy }) => `  - ${problem}\n    remedy: ${remedy}`);
    super(`this machine cannot hold the embedded lab:\n${lines.join("\n")}`);
    this.name = "MachineError";
  }
}

/** @throws {MachineError} if anything stands in the way; nothing has been changed then */
export async function requireMachine(state: { cold: boolean }): Promise<void> {
  const obstacles = (await checkMachine(state)).flatMap((check) => check.obstacle ?? []);
  if (obstacles.length > 0) throw new MachineError(obstacles);
  await mkdir(home, { recursive: true });
}

import { existsSync } from "node:fs";
import { mkdir, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import { foreignContainers, nodeContainers } from "./kind";
import { clusterName } from "./kind-config";
import { nodeCount } from "./node-count";
import { clusterRecord, type ClusterRecord } from "../machine/cluster-record";
import { isCold, type LabParts } from "./embedded-lab";
import { findDocker, type DockerServer } from "../machine/docker";
import { home } from "../machine/paths";
import { aptSourceFiles, filesWithCredentials, PIP_SETTINGS } from "../machine/package-sources";
import { ask } from "../machine/run";
import { nodePorts } from "../engine/stack/stack-settings";
import { canInstallGo } from "../toolchain/go";
import { versions } from "../machine/versions";
import { canStartDocker } from "../machine/docker-daemon";

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

type Docker = DockerServer | { readonly absent: string };

const gibibyte = 1024 ** 3;

/** What a cold build and the running lab take, as measured: 17 GB in the cache and 6 GB of images and volumes. */
export const requiredDisk = { cold: 35 * gibibyte, warm: 10 * gibibyte };

/** The idle lab takes 2.0 GiB, a training run and a build beside it 2 more; so does the Kubernetes provider's link step. */
export const requiredMemory = 6 * gibibyte;

/** kind starts its nodes with an option that Docker has had since then. */
const oldestDocker = "20.10";

const inGiB = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;

const ownCluster = "GOURMETGRAM_STACK=dev npm run pulumi -- config set kubernetes:context NAME";

export function checkDocker(docker: Docker, startable: boolean): Check {
  const name = "Docker";
  if ("absent" in docker) {
    if (startable) return { name, found: "does not run yet: up installs and starts it" };
    const problem = `no Docker daemon answers (${docker.absent})`;
    const remedy = `start Docker, or choose its context (docker context use NAME); or use a cluster of your own: ${ownCluster}`;
    return { name, found: docker.absent, obstacle: { problem, remedy } };
  }
  const [major = 0, minor = 0] = docker.version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestDocker.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))
    return { name, found: docker.version };
  const problem = `Docker ${docker.version} is too old, ${oldestDocker} or later is needed`;
  return { name, found: docker.version, obstacle: { problem, remedy: "update Docker" } };
}

export function checkMemory(docker: Docker): Check {
  const bytes = "absent" in docker ? totalmem() : docker.memory;
  const found = inGiB(bytes);
  if (bytes >= requiredMemory) return { name: "memory", found };
  const problem = `Docker has ${found} of memory, ${inGiB(requiredMemory)} needed`;
  const remedy =
    "give Docker more (Docker Desktop: Settings, Resources; colima start --memory 8), or use a larger machine";
  return { name: "memory", found, obstacle: { problem, remedy } };
}

/** What this machine can do where something cannot be had as its project publishes it. */
export function checkBuilds(parts: LabParts, system: string, canBuild: boolean): Check {
  const name = "building";
  const needed = [
    ...(parts.images === "built" ? ["the images, which cannot be pulled (--online tries to)"] : []),
    ...(parts.engine === "built" ? ["the Pulumi engine, which cannot be downloaded"] : []),
  ];
  if (needed.length === 0) return { name, found: "not needed" };
  if (canBuild) return { name, found: system };
  const problem = `${needed.join(" and ")}, would have to be built here: that takes root on Debian on x86-64, this is ${system}`;
  const remedy =
    "let the machine reach docker.io, quay.io and get.pulumi.com; or use a Debian 12 machine as root";
  return { name, found: system, obstacle: { problem, remedy } };
}

/** The settings with which this machine reaches packages go into images, which others may pull. */
export function checkPackageSources(parts: LabParts, files = [PIP_SETTINGS, ...aptSourceFiles()]): Check {
  const name = "package sources";
  if (parts.images !== "built") return { name, found: "not needed" };
  const found = filesWithCredentials(files);
  if (found.length === 0) return { name, found: "without passwords" };
  const problem = `${found.join(" and ")} has a user name or password in an address: images are built with it, and everyone who pulls one would read it`;
  const remedy = "take it out, and let the machine reach packages without one, as by a proxy that adds it";
  return { name, found: "with passwords", obstacle: { problem, remedy } };
}

/** kind is built with a Go toolchain from PyPI; where there is no pip, kind has to be there. */
export function checkKind(parts: LabParts, canBuild: boolean): Check {
  const name = "kind";
  if (parts.kind === "official") return { name, found: "on the PATH" };
  if (canBuild) return { name, found: "built here" };
  const problem = `kind ${versions.kind} is not on the PATH, and cannot be built here without Python's pip`;
  const remedy =
    `install it: https://kind.sigs.k8s.io/docs/user/quick-start, or ` +
    `go install sigs.k8s.io/kind@v${versions.kind}`;
  return { name, found: "missing", obstacle: { problem, remedy } };
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

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The program that listens on a port, for people; empty where nobody can tell. */
async function holderOf(port: number): Promise<string> {
  const shown = await ask("ss", ["-Hltnp", `sport = :${port}`]);
  const socket = /users:\(\("([^"]+)",pid=(\d+)/.exec(shown ?? "");
  if (socket !== null) return ` is held by ${String(socket[1])} (process ${String(socket[2])})`;
  const listed = await ask("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fcp"]);
  const [, pid] = /^p(\d+)$/m.exec(listed ?? "") ?? [];
  const [, command] = /^c(.+)$/m.exec(listed ?? "") ?? [];
  return pid === undefined ? " is taken" : ` is held by ${command ?? "a program"} (process ${pid})`;
}

export async function checkPorts(record: ClusterRecord | undefined): Promise<Check> {
  const name = "ports";
  const ports = Object.entries(nodePorts());
  if (record !== undefined && record.containers.length > 0) {
    const unpublished = ports.filter(([, port]) => !record.ports.includes(port));
    if (unpublished.length === 0) return { name, found: "published by the cluster" };
    const named = unpublished.map(([key, port]) => `${port} (gourmetgram:${key})`).join(", ");
    const problem = `the cluster was made without the ports ${named}`;
    const remedy = "take the setting back, or npm run down, then npm run up for a cluster with these ports";
    return { name, found: `without ${named}`, obstacle: { problem, remedy } };
  }
  const taken: string[] = [];
  for (const [key, port] of ports) {
    if (!(await isFree(port))) taken.push(`${port} (gourmetgram:${key})${await holderOf(port)}`);
  }
  if (taken.length === 0) return { name, found: `${ports.length} free` };
  const remedy =
    "stop that program, or choose another port from 30000 to 32767: npm run pulumi -- config set gourmetgram:KEY PORT";
  return {
    name,
    found: `${taken.length} taken`,
    obstacle: { problem: `ports taken: ${taken.join("; ")}`, remedy },
  };
}

async function otherCluster(docker: Docker, record: ClusterRecord | undefined): Promise<Check> {
  const name = `no other cluster ${clusterName}`;
  // That no Docker answers is an obstacle of its own.
  const foreign = "absent" in docker ? [] : foreignContainers(await nodeContainers(), record);
  if (foreign.length === 0) return { name, found: "none" };
  const found = foreign.map((each) => each.name).join(", ");
  const problem = `there is a kind cluster ${clusterName} that this lab, in ${home}, did not make: ${found}`;
  const remedy =
    "use the lab that made it (GOURMETGRAM_LAB_HOME names its folder), or delete it with its data: " +
    `kind delete cluster --name ${clusterName}`;
  return { name, found, obstacle: { problem, remedy } };
}

function nodes(): Check {
  const name = "nodes";
  try {
    return { name, found: String(nodeCount()) };
  } catch (error) {
    const [problem = "", remedy = ""] = (error as Error).message.split("\n  remedy: ");
    return { name, found: "invalid", obstacle: { problem, remedy } };
  }
}

/** Looks at everything that the embedded lab needs of the machine, and changes nothing. */
export async function checkMachine(parts: LabParts): Promise<Check[]> {
  const docker = await findDocker();
  const record = clusterRecord();
  const system = `${process.platform} ${process.arch}, ${process.getuid?.() === 0 ? "root" : "not root"}`;
  const canBuild = canStartDocker() && process.arch === "x64";
  return [
    checkDocker(docker, canStartDocker()),
    checkMemory(docker),
    await disk(isCold(parts)),
    checkBuilds(parts, system, canBuild),
    checkPackageSources(parts),
    checkKind(parts, canBuild || (await canInstallGo())),
    nodes(),
    await checkPorts(record),
    await otherCluster(docker, record),
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
export async function requireMachine(parts: LabParts): Promise<void> {
  const obstacles = (await checkMachine(parts)).flatMap((check) => check.obstacle ?? []);
  if (obstacles.length > 0) throw new MachineError(obstacles);
  await mkdir(home, { recursive: true, mode: 0o700 });
}

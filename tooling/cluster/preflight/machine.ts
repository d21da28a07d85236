import { mkdir } from "node:fs/promises";
import { foreignContainers, nodeContainers } from "../kind";
import { clusterName } from "../kind-config";
import { nodeCount } from "../node-count";
import { clusterRecord, type ClusterRecord } from "../../machine/cluster-record";
import type { LabParts } from "../embedded-lab";
import { dockerEnvironment, findDocker } from "../../machine/docker/docker";
import { home } from "../../machine/paths";
import { canInstallGo } from "../../toolchain/go";
import { canStartDocker } from "../../machine/docker/daemon";
import { problemOf } from "../../support/errors";
import type { Check, Docker, Obstacle } from "./check";
import { checkDisk, checkDockerDisk, freeForHome } from "./disk";
import { checkDocker, checkMemory, checkPlace, checkUserNamespaces } from "./docker";
import { checkBuilds, checkKind, checkPackageSources } from "./parts";
import { checkPorts } from "./ports";

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
    const { message: problem, remedy = "" } = problemOf(error);
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
    checkDocker(docker, canStartDocker(), parts),
    checkPlace((await dockerEnvironment())["DOCKER_HOST"]),
    checkMemory(docker),
    checkUserNamespaces(docker),
    checkDisk(parts, await freeForHome()),
    await checkDockerDisk(docker),
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

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { kindNetwork, kindNetworkIsShared, nodeContainers } from "./kind";
import { clusterRecord } from "../machine/cluster-record";
import { hashLabel } from "./images/debian-images";
import { askDocker } from "../machine/docker";
import { type Leftovers } from "../support/leftovers";
import { labDockerPid } from "../machine/docker-daemon";
import { cache, home, logs, state } from "../machine/paths";
import { stacksInState } from "../engine/stack";
import { nodePorts, stackName } from "../engine/stack-settings";
import { versions } from "../machine/versions";

/** Files and folders of the lab outside the cache. */
async function files(): Promise<string[]> {
  const inside = existsSync(home) ? (await readdir(home)).map((name) => join(home, name)) : [];
  // The state of stacks on other clusters is theirs, and the only record of what they made.
  const kept = [cache, logs, ...(stacksInState().some((stack) => stack !== stackName) ? [state] : [])];
  return inside.filter((path) => !kept.includes(path)).map((path) => `file ${path}`);
}

/** The volumes and the network that were made with the cluster. Without a record of one there is none. */
export async function clusterParts(record = clusterRecord()): Promise<string[]> {
  const found: string[] = [];
  for (const volume of record?.volumes ?? []) {
    if ((await askDocker(["volume", "inspect", volume])) !== undefined) found.push(`volume ${volume}`);
  }
  if (record?.madeNetwork === true && !(await kindNetworkIsShared())) {
    if ((await askDocker(["network", "inspect", kindNetwork])) !== undefined)
      found.push(`network ${kindNetwork}`);
  }
  return found;
}

/** Images that are kept so that the next `up` is short. */
async function images(): Promise<string[]> {
  const filters = [
    `label=${hashLabel}`,
    `reference=localhost:${nodePorts().registryNodePort}/gourmetgram-*`,
    `reference=${versions.kindNode}`,
  ];
  const found: string[] = [];
  for (const filter of filters) {
    const args = ["image", "ls", "--filter", filter, "--format", "{{.Repository}}:{{.Tag}} ({{.Size}})"];
    found.push(...((await askDocker(args)) ?? "").split("\n").filter((line) => line !== ""));
  }
  // An image has the labels of the one that it was built on.
  return [...new Set(found)].map((image) => `image ${image}`);
}

/** What the embedded lab has in Docker and on the machine outside its cache: what `down` takes away, and what it keeps. */
export async function audit(): Promise<Leftovers> {
  const containers = await nodeContainers();
  const unknown =
    containers === undefined && clusterRecord() !== undefined
      ? ["the cluster's containers, perhaps: Docker does not answer"]
      : [];
  const pid = labDockerPid();
  const daemon =
    pid === undefined
      ? []
      : [`process ${pid}: the Docker daemon that the lab has started; kill ${pid} ends it`];
  return {
    left: [
      ...unknown,
      ...(containers ?? []).map(({ name }) => `container ${name}`),
      ...(await clusterParts()),
      ...(await files()),
    ],
    kept: [...daemon, ...(await images())],
  };
}

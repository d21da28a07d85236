import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { clusterVolumes, kindNetwork, kindNetworkExists, kindNetworkIsShared, nodeContainers } from "./kind";
import { clusterRecord } from "../machine/cluster-record";
import { hashLabel } from "./images/debian-images";
import { findDocker, listDocker } from "../machine/docker/docker";
import { messageOf } from "../support/errors";
import { type Leftovers, requireNothingLeft } from "../support/leftovers";
import { labDockerPid } from "../machine/docker/daemon";
import { cache, home, logs, state } from "../machine/paths";
import { isPassphraseAlone, stacksInState } from "../engine/stack/state";
import { nodePorts, stackName } from "../engine/stack/stack-settings";
import { versions } from "../machine/versions";

/** Files and folders of the lab outside the cache. */
async function files(): Promise<string[]> {
  const inside = existsSync(home) ? (await readdir(home)).map((name) => join(home, name)) : [];
  // The state of other stacks is theirs, and the only record of what they made.
  const isKept = isPassphraseAlone() || stacksInState().some(({ name }) => name !== stackName);
  const kept = [cache, logs, ...(isKept ? [state] : [])];
  return inside.filter((path) => !kept.includes(path)).map((path) => `file ${path}`);
}

/**
 * The volumes and the network that were made with the cluster. Without a record of one there is none.
 *
 * @throws Error if Docker does not answer
 */
export async function clusterParts(record = clusterRecord()): Promise<string[]> {
  if (record === undefined) return [];
  const found = (await clusterVolumes(record)).map((each) => `volume ${each}`);
  const hasNetwork = record.madeNetwork && !(await kindNetworkIsShared()) && (await kindNetworkExists());
  return hasNetwork ? [...found, `network ${kindNetwork}`] : found;
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
    found.push(...(await listDocker(args)));
  }
  // An image has the labels of the one that it was built on.
  return [...new Set(found)].map((image) => `image ${image}`);
}

/** What the embedded lab has on this machine outside its cache. */
export interface MachineRemains extends Leftovers {
  /** What could not be looked at, and why. While there is any, nobody can say that nothing is left. */
  readonly unknown: readonly string[];
}

/** What the embedded lab has in Docker and on the machine outside its cache: what `down` takes away, and what it keeps. */
export async function remainsOnMachine(): Promise<MachineRemains> {
  const unknown: string[] = [];
  const look = async (what: string, question: () => Promise<string[]>): Promise<string[]> => {
    try {
      return await question();
    } catch (error) {
      unknown.push(`${what}: ${messageOf(error)}`);
      return [];
    }
  };
  const containers = async () => (await nodeContainers()).map(({ name }) => `container ${name}`);
  const docker = await findDocker();
  // Where there is no Docker at all, and the lab remembers no cluster, it has nothing there.
  const inDocker = clusterRecord() !== undefined || !("absent" in docker && docker.isMissing);
  const left = [
    ...(inDocker ? await look("containers", containers) : []),
    ...(await look("volumes and network", clusterParts)),
    ...(await files()),
  ];
  const pid = labDockerPid();
  const daemon =
    pid === undefined
      ? []
      : [`process ${pid}: the Docker daemon that the lab has started; kill ${pid} ends it`];
  return { left, unknown, kept: [...daemon, ...(inDocker ? await look("images", images) : [])] };
}

/** @throws Error that names what is left, and what could not be looked at */
export function requireNothingOnMachine({ left, unknown }: MachineRemains): void {
  requireNothingLeft(left);
  if (unknown.length === 0) return;
  throw new Error(`could not look for what is left:\n${unknown.join("\n").replace(/^/gm, "  ")}`);
}

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { live } from "./paths";

/** Where images come from: pulled as their projects publish them, or built on this machine. */
export type Origin = "official" | "built";

/** What the lab remembers of the cluster that it has made. */
export interface ClusterRecord {
  /** Ids of the nodes' containers; none while the cluster is being made. */
  readonly containers: readonly string[];
  /** Names of the volumes that Docker made for the nodes. */
  readonly volumes: readonly string[];
  /** Whether the network of kind was made with the cluster, and not by another one before. */
  readonly madeNetwork: boolean;
  readonly images: Origin;
  /** What the node image was made from, or its reference where it is the official one. */
  readonly madeFrom: string;
  readonly kubernetes: string;
  readonly nodes: number;
  /** Ports of the nodes that this machine publishes. */
  readonly ports: readonly number[];
  /** What the lab sets for stacks on this cluster: it has to fit the images that the nodes have. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const file = join(live, "cluster.json");

/** The record of the cluster; undefined where the lab has made none. */
export function clusterRecord(): ClusterRecord | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ClusterRecord) : undefined;
}

export function writeClusterRecord(record: ClusterRecord): void {
  mkdirSync(live, { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

export function removeClusterRecord(): void {
  rmSync(live, { recursive: true, force: true });
}

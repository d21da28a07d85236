/** Nodes whose disk is so full that kubelet ends pods and deletes images. */
import { CoreV1Api, type KubeConfig, type V1Node } from "@kubernetes/client-node";
import { within } from "../../components/kubernetes";
import type { Obstacle } from "../cluster/preflight";

/**
 * The nodes of the cluster.
 *
 * @returns undefined where there is no cluster, it does not answer, or does not tell this identity
 */
export async function findNodes(config: () => Promise<KubeConfig>): Promise<V1Node[] | undefined> {
  const list = async (): Promise<V1Node[]> =>
    (await (await config()).makeApiClient(CoreV1Api).listNode()).items;
  return within(15, list()).catch(() => undefined);
}

/** What is wrong where kubelet says that a node's disk is full; undefined where it says so of none. */
export function diskPressure(nodes: readonly V1Node[]): Obstacle | undefined {
  const full = nodes.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === "DiskPressure" && is === "True"),
  );
  if (full.length === 0) return undefined;
  const names = full.map(({ metadata }) => metadata?.name ?? "").join(", ");
  return {
    problem: `the disk of ${names} is nearly full: kubelet ends pods there, and starts few`,
    remedy: `free some on that disk; npm run kubectl -- describe node ${full[0]?.metadata?.name ?? ""} shows when there is room`,
  };
}

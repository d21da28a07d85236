/** How full etcd is, which holds all objects of the cluster: once it is full, the cluster takes no more writes. */
import { get, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Obstacle } from "../cluster/preflight";

/** What etcd keeps by default. The lab's own cluster gives it four times as much. */
const DEFAULT_QUOTA = 2 * 1024 ** 3;

/** From this share of the default on there is something to be said. */
const ALARM = 0.5;

const METRIC = /^apiserver_storage_size_bytes(?:\{[^}]*\})?\s+(\S+)$/gm;

/**
 * Bytes that etcd takes, as the API server measures them.
 *
 * @returns undefined where there is no cluster, it does not answer, or does not tell this identity
 */
export async function etcdBytes(config: () => Promise<KubeConfig>): Promise<number | undefined> {
  const metrics = await config()
    .then(metricsOf)
    .catch(() => "");
  return storageBytes(metrics);
}

/** The greatest of the sizes in the API server's metrics: one for each of etcd's members. */
export function storageBytes(metrics: string): number | undefined {
  const sizes = [...metrics.matchAll(METRIC)].map(([, size]) => Number(size)).filter(Number.isFinite);
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

async function metricsOf(config: KubeConfig): Promise<string> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error("the kubeconfig names no cluster");
  const options: RequestOptions = { timeout: 10_000 };
  await config.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const asked = get(`${server}/metrics`, options, (response) => {
      resolve(text(response));
    });
    asked.on("error", reject).on("timeout", () => asked.destroy(new Error("no answer within 10 s")));
  });
}

/** What is wrong, why, and what helps; undefined while there is room. */
export function etcdAlarm(bytes: number): Obstacle | undefined {
  if (bytes < ALARM * DEFAULT_QUOTA) return undefined;
  const size = `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  return {
    problem: `etcd holds ${size}; by default it takes no more writes at 2 GiB, and the whole cluster with it`,
    remedy:
      "npm run kubectl -- get workflows --all-namespaces shows who stores how many; delete old ones. " +
      "Freed space is used again, and not given back, until etcd is defragmented",
  };
}

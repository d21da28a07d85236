/** A cluster for tests: what it answers is written down. */
import type { KubernetesObject } from "@kubernetes/client-node";
import type { LiveCluster } from "../../stacks/preflight/live-cluster";

/** What the cluster has. */
export interface Contents {
  readonly objects?: readonly KubernetesObject[];
  /** @default "1.34" */
  readonly version?: string;
  /** Resources that the identity may not create. @default none */
  readonly forbidden?: readonly string[];
  /** Kinds that the identity may not list. @default none */
  readonly hidden?: readonly string[];
}

export function clusterWith({
  objects = [],
  version = "1.34",
  forbidden = [],
  hidden = [],
}: Contents): LiveCluster {
  return {
    version: () => Promise.resolve(version),
    read: ({ kind, namespace, name }) =>
      Promise.resolve(
        objects.find(
          (each) =>
            each.kind === kind && each.metadata?.name === name && each.metadata.namespace === namespace,
        ) as never,
      ),
    list: (_, kind) =>
      Promise.resolve(
        hidden.includes(kind) ? undefined : (objects.filter((each) => each.kind === kind) as never),
      ),
    mayCreate: (_, resource) => Promise.resolve(!forbidden.includes(resource)),
  };
}

/** An object with only the parts that a test is about. */
export function object(kind: string, path: string, rest: object = {}): KubernetesObject {
  const [name = "", namespace] = path.split("/").reverse();
  const { metadata, ...others } = rest as { metadata?: object };
  return {
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...metadata },
    ...others,
  };
}

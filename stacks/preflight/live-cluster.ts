/** Reads the stack's cluster before anything is created in it. */
import type { KubernetesObject } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { clusterSettings } from "../../config";
import {
  type ClusterAccess,
  hasKubeconfig,
  loadKubeconfig,
  requireContext,
  within,
} from "../../components/kubernetes";

export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for what belongs to the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}

/** Read-only questions to a cluster. */
export interface LiveCluster {
  /** Version of the API server, `major.minor`. */
  readonly version: () => Promise<string>;
  /** The object; undefined if it does not exist, or this identity may not see it. */
  readonly read: <T extends KubernetesObject>(object: ObjectName) => Promise<T | undefined>;
  /** All objects of a kind, in all namespaces; undefined where this identity may not list them. */
  readonly list: <T extends KubernetesObject>(apiVersion: string, kind: string) => Promise<T[] | undefined>;
  /** Whether this identity may create objects of a resource, such as `customresourcedefinitions`. */
  readonly mayCreate: (group: string, resource: string) => Promise<boolean>;
}

type KubernetesClient = typeof import("@kubernetes/client-node");

/** Connects to a cluster; undefined where there is none, as in a preview in continuous integration. */
export type ClusterSource = () => Promise<LiveCluster | undefined>;

/** Seconds after which a cluster that does not answer counts as unreachable. */
const PATIENCE = 30;

/**
 * The cluster that the stack's settings name.
 *
 * @throws Error if it does not answer within 30 s
 */
export const configuredCluster: ClusterSource = async () => {
  const { kubeconfig, context } = clusterSettings();
  const access = { kubeconfig: await valueOf(kubeconfig), context };
  if (!hasKubeconfig(access)) return undefined;
  // Loaded before the clock starts: on a busy machine that alone may take longer than the cluster.
  const client = await import("@kubernetes/client-node");
  return within(PATIENCE, connect(access, client));
};

async function connect(access: ClusterAccess, client: KubernetesClient): Promise<LiveCluster> {
  const config = await loadKubeconfig(access);
  requireContext(config);
  const { AuthorizationV1Api, KubernetesObjectApi, VersionApi } = client;
  const { major, minor } = await config.makeApiClient(VersionApi).getCode();
  const objects = KubernetesObjectApi.makeApiClient(config);
  const authorization = config.makeApiClient(AuthorizationV1Api);
  return {
    // Some distributions write the minor version as `33+`.
    version: () => Promise.resolve(`${major}.${minor.replace(/\D/g, "")}`),
    read: <T extends KubernetesObject>({ apiVersion, kind, name, namespace = "" }: ObjectName) =>
      orUndefined(objects.read<T>({ apiVersion, kind, metadata: { name, namespace } })),
    list: async <T extends KubernetesObject>(apiVersion: string, kind: string) =>
      (await orUndefined(objects.list<T>(apiVersion, kind)))?.items,
    mayCreate: async (group, resource) => {
      const body = { spec: { resourceAttributes: { group, resource, verb: "create" } } };
      const { status } = await authorization.createSelfSubjectAccessReview({ body });
      return status?.allowed === true;
    },
  };
}

/** Undefined where the object, its kind or the right to see it is missing: without that right it cannot be taken over either. */
async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const unknownKind =
      typeof message === "string" && message.startsWith("Unrecognized API version and kind");
    if (code === 403 || code === 404 || unknownKind) return undefined;
    throw error;
  }
}

function valueOf(setting: pulumi.Output<string> | undefined): Promise<string | undefined> {
  return new Promise((resolve) => pulumi.output(setting).apply(resolve));
}

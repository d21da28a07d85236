/** What an engine has made without noting it: one that was killed, or whose API server went away before it answered. */
import {
  ApisApi,
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject,
} from "@kubernetes/client-node";
import pMap from "p-map";
import { DATA_FATES, DATA_LABEL, OWNER_LABEL } from "../../../components/kubernetes";
import { deploymentIn, ifSeen, LANES, type Properties, type Resource } from "./deployment";

/**
 * Prepares the cluster for the objects to be created that the stack has made without noting them. One whose name was
 * generated is deleted: the next run makes another, and nothing uses this one, because what uses it is made after it is
 * noted. Of one with a fixed name the note is taken who has applied it: the next run does so under another name, and would
 * be refused changes as a second owner.
 *
 * Objects of other owners, and data that is to outlive the stack, are left alone.
 *
 * @param text What `pulumi stack export` prints.
 * @param cluster Is asked for only where the stack has objects.
 */
export async function settleUnnoted(text: string, cluster: () => Promise<KubeConfig>): Promise<void> {
  const { resources = [], pending_operations: pending = [] } = deploymentIn(text);
  const owner = ownerIn([...resources, ...pending.map(({ resource }) => resource)]);
  if (owner === undefined) return;
  const config = await cluster();
  const noted = new Set(resources.map(({ inputs, outputs }) => keyOf(outputs ?? inputs ?? {})));
  const api = KubernetesObjectApi.makeApiClient(config);
  const found = await objectsOf(owner, api, config);
  for (const object of found.filter((each) => isApplied(each) && !noted.has(keyOf(each)))) {
    const { annotations, labels } = object.metadata ?? {};
    // The next run goes on with it under the name of who has applied it, also with another owner's label.
    if (labels?.[DATA_LABEL] === DATA_FATES.stays) continue;
    if (annotations?.["pulumi.com/autonamed"] !== "true") {
      await api.patch(withoutAppliers(object), undefined, undefined, undefined, undefined, MERGE);
    } else if (!isBound(object)) {
      await ifSeen(api.delete(object));
    }
  }
}

/** The value that the stack's objects have in the label of their owner. */
function ownerIn(resources: readonly Resource[]): string | undefined {
  const labels = resources.map(({ inputs }) => inputs?.metadata?.labels?.[OWNER_LABEL]);
  return labels.find((label) => typeof label === "string");
}

/** Names an object whatever version of its API it was asked for in. */
function keyOf({ apiVersion, kind, metadata }: Properties): string {
  const group = /^(.*)\//.exec(String(apiVersion))?.[1] ?? "";
  return [group, kind, metadata?.namespace ?? "", metadata?.name].join(" ");
}

/** The objects of all kinds with this owner's label. */
async function objectsOf(
  owner: string,
  api: KubernetesObjectApi,
  config: KubeConfig,
): Promise<KubernetesObject[]> {
  const selector = `${OWNER_LABEL}=${owner}`;
  const lists = await pMap(
    await kindsOf(config),
    async ({ apiVersion, kind }) => {
      const none = undefined;
      const list = await ifSeen(api.list(apiVersion, kind, none, none, none, none, none, selector));
      return (list?.items ?? []).map((object) => ({ ...object, apiVersion, kind }));
    },
    { concurrency: LANES },
  );
  return lists.flat();
}

/** The kinds whose objects can be listed and deleted, each in the version that the cluster prefers. */
async function kindsOf(config: KubeConfig): Promise<{ apiVersion: string; kind: string }[]> {
  const { groups } = await config.makeApiClient(ApisApi).getAPIVersions();
  const grouped = config.makeApiClient(CustomObjectsApi);
  const lists = await pMap(
    groups,
    async ({ name, preferredVersion, versions }) => {
      const version = (preferredVersion ?? versions[0])?.version ?? "";
      const list = await ifSeen(grouped.getAPIResources({ group: name, version }));
      return { apiVersion: `${name}/${version}`, resources: list?.resources ?? [] };
    },
    { concurrency: LANES },
  );
  const core = { apiVersion: "v1", ...(await config.makeApiClient(CoreV1Api).getAPIResources()) };
  return [core, ...lists].flatMap(({ apiVersion, resources }) =>
    resources
      .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list") && verbs.includes("delete"))
      .map(({ kind }) => ({ apiVersion, kind })),
  );
}

const isApplier = ({ operation, manager }: { operation?: string; manager?: string }): boolean =>
  operation === "Apply" && manager?.startsWith("pulumi-kubernetes") === true;

/** Whether the engine has made it. Others copy labels, as those of a Service to its endpoints. */
const isApplied = ({ metadata }: KubernetesObject): boolean =>
  metadata?.managedFields?.some(isApplier) === true;

const MERGE = "application/merge-patch+json";

/** A patch that takes the note away which instance of Pulumi's provider has applied an object. */
function withoutAppliers({ apiVersion = "", kind = "", metadata }: KubernetesObject): KubernetesObject {
  const { name = "", namespace, managedFields = [] } = metadata ?? {};
  const others = managedFields.filter((each) => !isApplier(each));
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      // An empty list would be taken for no change; a list with an empty entry empties it.
      managedFields: others.length === 0 ? [{}] : others,
    },
  };
}

/** Whether a claim has its volume. */
const isBound = (found: KubernetesObject): boolean =>
  (found as { spec?: { volumeName?: string } }).spec?.volumeName !== undefined;

import { type KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import pMap from "p-map";
import { DATA_LABEL } from "../../../components/kubernetes";
import type { Leftovers } from "../../support/leftovers";
import { clusterOf, statusOf } from "../api-clients";
import { DEFINITION } from "./kinds";

/** A Kubernetes object that a stack has made. */
export interface StackObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for what belongs to the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
  /** Whether it stays when the stack goes, because the last `up` had `keepData`. */
  readonly stays: boolean;
  /** Whether it holds data that cannot be made again, or opens it. Left out for what does not. */
  readonly data?: true;
}

/** A resource of `pulumi stack export`, as far as it is read here. */
interface Exported {
  readonly type: string;
  readonly custom?: boolean;
  readonly external?: boolean;
  readonly retainOnDelete?: boolean;
  readonly outputs?: {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown; readonly labels?: object };
  };
}

/**
 * The Kubernetes objects that a stack has made. What it has only read, or has changed a part of, is another's.
 *
 * @param text What `pulumi stack export` prints.
 */
export function objectsIn(text: string): StackObject[] {
  const { deployment } = JSON.parse(text) as { deployment: { resources?: Exported[] } | null };
  const all = (deployment?.resources ?? [])
    .filter(({ type, custom, external }) => custom === true && external !== true && isObject(type))
    .flatMap(({ outputs, retainOnDelete }) => {
      const { apiVersion, kind, metadata: { name, namespace, labels = {} } = {} } = outputs ?? {};
      if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") return [];
      const place = typeof namespace === "string" && namespace !== "" ? { namespace } : {};
      const stays = retainOnDelete === true && kind !== DEFINITION;
      const data = DATA_LABEL in labels ? ({ data: true } as const) : {};
      return [{ apiVersion, kind, ...place, name, stays, ...data }];
    });
  // What is retained in a namespace that goes, goes with it.
  const going = all.filter(({ kind, stays }) => kind === "Namespace" && !stays).map(({ name }) => name);
  return all.map((each) => ({ ...each, stays: each.stays && !going.includes(each.namespace ?? "") }));
}

/** Whether data of the stack stays when the stack goes. */
export const hasStayingData = (objects: readonly StackObject[]): boolean =>
  objects.some(({ data, stays }) => data === true && stays);

/** Whether data of the stack goes with the stack. */
export const hasGoingData = (objects: readonly StackObject[]): boolean =>
  objects.some(({ data, stays }) => data === true && !stays);

const isObject = (type: string): boolean => type.startsWith("kubernetes:") && !type.endsWith("Patch");

/** Requests at the same time. */
const LANES = 8;

/** Which of the objects are still in the cluster, and which volumes of their namespaces. */
export async function remainsOf(config: KubeConfig, objects: readonly StackObject[]): Promise<Leftovers> {
  const api = KubernetesObjectApi.makeApiClient(config);
  const there = await pMap(objects, (object) => isThere(api, object), { concurrency: LANES });
  const found = objects.filter((_, index) => there[index]);
  const volumes = await volumesOf(config, objects);
  const text = ({ kind, namespace, name }: StackObject): string =>
    `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  const staying = objects.some(({ stays }) => stays);
  return {
    left: [...found.filter(({ stays }) => !stays).map(text), ...(staying ? [] : volumes)],
    kept: [...found.filter(({ stays }) => stays).map(text), ...(staying ? volumes : [])],
  };
}

async function isThere(api: KubernetesObjectApi, object: StackObject): Promise<boolean> {
  const { apiVersion, kind, namespace, name } = object;
  try {
    await api.read({
      apiVersion,
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    });
    return true;
  } catch (error) {
    // Its kind may have gone with it: then there is no such address, or none for this kind.
    const unknownKind =
      error instanceof Error && error.message.startsWith("Unrecognized API version and kind");
    if (statusOf(error) === 404 || unknownKind) return false;
    throw error;
  }
}

/** Volumes outlast their claims by a moment, and for good if their class says so. */
async function volumesOf(config: KubeConfig, objects: readonly StackObject[]): Promise<string[]> {
  const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ name }) => name);
  const claims = objects
    .filter(({ kind }) => kind === "PersistentVolumeClaim")
    .map(({ namespace = "", name }) => `${namespace}/${name}`);
  const { items } = await clusterOf(config).core.listPersistentVolume();
  return items.flatMap(({ metadata, spec }) => {
    const { namespace = "", name = "" } = spec?.claimRef ?? {};
    const claim = `${namespace}/${name}`;
    const mine = namespaces.includes(namespace) || claims.includes(claim);
    return mine ? [`volume ${metadata?.name ?? ""} of claim ${claim}`] : [];
  });
}

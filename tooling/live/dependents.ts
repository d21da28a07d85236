import { ApiextensionsV1Api, type KubeConfig } from "@kubernetes/client-node";
import { clusterOf, statusOf } from "./api-clients";
import type { StackObject } from "./stack-remains";

/** The part of an object that is read here. */
interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * Objects outside of a stack's own namespaces that would be deleted with the kinds that the stack has brought: the
 * definition of a kind takes every object of the kind in the cluster with it.
 *
 * @param objects What the stack has made.
 * @returns each as `Kind namespace/name`
 */
export async function dependentsOf(config: KubeConfig, objects: readonly StackObject[]): Promise<string[]> {
  const own = new Set(objects.filter(({ kind }) => kind === "Namespace").map(({ name }) => name));
  const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
  const found = await Promise.all(definitions.map(({ name }) => objectsOf(config, name)));
  return found
    .flatMap(({ kind, items }) => items.map(({ metadata }) => ({ kind, ...metadata })))
    .filter(({ namespace }) => namespace === undefined || !own.has(namespace))
    .map(({ kind, namespace, name }) => `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`);
}

/** All objects of a kind in the cluster; none where the kind is gone. */
async function objectsOf(config: KubeConfig, definition: string): Promise<{ kind: string; items: Item[] }> {
  try {
    const { spec } = await config
      .makeApiClient(ApiextensionsV1Api)
      .readCustomResourceDefinition({ name: definition });
    const { group, names } = spec;
    const version = spec.versions.find(({ served }) => served)?.name ?? "";
    const list = (await clusterOf(config).objects.listCustomObjectForAllNamespaces({
      group,
      version,
      plural: names.plural,
    })) as { items: Item[] };
    return { kind: names.kind, items: list.items };
  } catch (error) {
    if (statusOf(error) === 404) return { kind: "", items: [] };
    throw error;
  }
}

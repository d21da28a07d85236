import { ApiextensionsV1Api, type KubeConfig } from "@kubernetes/client-node";
import { clusterOf, ignoreMissing, statusOf } from "../api-clients";

export const DEFINITION = "CustomResourceDefinition";

/** By the name of each definition that stays, the first object that would have been deleted with it. */
export type UsedKinds = ReadonlyMap<string, string>;

/** The part of an object that is read here. */
interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * Deletes the definitions of kinds of which there is no object in the whole cluster: with a definition, the API server
 * deletes every object of its kind. Pulumi leaves them all, because it deletes without looking.
 *
 * @param definitions Their names, such as `workflows.argoproj.io`. What does not exist is left out.
 */
export async function removeKinds(config: KubeConfig, definitions: readonly string[]): Promise<UsedKinds> {
  const used = new Map<string, string>();
  for (const name of definitions) {
    const example = await firstObject(config, name);
    if (example !== undefined) used.set(name, example);
    else await deleteDefinition(config, name);
  }
  return used;
}

/** How a definition that stays is named, with the reason. */
export const usedKindText = ([name, example]: readonly [string, string]): string =>
  `${DEFINITION} ${name}, because there is ${example} (kubectl delete crd ${name} deletes both)`;

async function deleteDefinition(config: KubeConfig, name: string): Promise<void> {
  const api = config.makeApiClient(ApiextensionsV1Api);
  await api.deleteCustomResourceDefinition({ name }).catch(ignoreMissing);
}

/** An object of a kind, as `Kind namespace/name`; undefined if the cluster has none, or not the kind. */
async function firstObject(config: KubeConfig, definition: string): Promise<string | undefined> {
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
    const [first] = list.items;
    if (first === undefined) return undefined;
    const { namespace, name } = first.metadata;
    return `${names.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

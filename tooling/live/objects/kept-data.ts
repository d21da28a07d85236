import type { KubeConfig, KubernetesObject } from "@kubernetes/client-node";
import { DATA_FATES, DATA_LABEL, INSTANCE_LABEL } from "../../../components/kubernetes";
import { clusterOf } from "../api-clients";

/**
 * The data in a cluster that is to outlive its stack, whether that is still there or not, by stack and namespace. These
 * are claims that say so, and all in a namespace that does. One that is being deleted has been given up.
 */
export async function keptData(config: KubeConfig): Promise<string[]> {
  const { core } = clusterOf(config);
  const [namespaces, claims] = await Promise.all([
    core.listNamespace(),
    core.listPersistentVolumeClaimForAllNamespaces(),
  ]);
  const found = claims.items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .flatMap((claim) => {
      const namespace = claim.metadata?.namespace ?? "";
      const around = namespaces.items.find(({ metadata }) => metadata?.name === namespace);
      const keeper = [claim, around].find((each) => labelsOf(each)[DATA_LABEL] === DATA_FATES.stays);
      if (keeper === undefined) return [];
      return [`of the stack ${labelsOf(keeper)[INSTANCE_LABEL] ?? "(unknown)"} in ${namespace}`];
    });
  return [...new Set(found)].sort();
}

const labelsOf = (object: KubernetesObject | undefined): Readonly<Record<string, string>> =>
  object?.metadata?.labels ?? {};

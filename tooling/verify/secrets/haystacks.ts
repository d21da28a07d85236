import type { V1ObjectMeta } from "@kubernetes/client-node";
import type { Lab } from "../suite/lab";
import type { Haystack } from "./needles";
import { podsOf, workloadsOf } from "../pods/workloads";

/**
 * Every place in which a secret of the lab might have ended up: the pods and ConfigMaps of all namespaces, as Argo's
 * is among them, Argo's objects, what MLflow and its database print, and the stack's outputs.
 */
export async function haystacksOf(lab: Lab): Promise<Haystack[]> {
  const { core } = lab.cluster;
  const pods = (await core.listPodForAllNamespaces()).items;
  const maps = (await core.listConfigMapForAllNamespaces()).items;
  return [
    ...pods.map((pod) => haystackOf("Pod", pod)),
    ...maps.map((map) => haystackOf("ConfigMap", map)),
    ...(await argoObjects(lab)),
    ...(await logs(lab)),
    { what: "outputs of the stack", text: lab.outputsText },
  ];
}

function haystackOf(kind: string, object: { metadata?: V1ObjectMeta }): Haystack {
  const { namespace = "", name = "" } = object.metadata ?? {};
  return { what: `${kind} ${namespace}/${name}`, text: JSON.stringify(object) };
}

async function argoObjects({ argo }: Lab): Promise<Haystack[]> {
  const found = [
    ["Workflow", await argo.all("workflows")],
    ["WorkflowTemplate", await argo.all("workflowtemplates")],
    ["CronWorkflow", await argo.all("cronworkflows")],
  ] as const;
  return found.flatMap(([kind, objects]) => objects.map((object) => haystackOf(kind, object)));
}

async function logs({ cluster, outputs }: Lab): Promise<Haystack[]> {
  const found: Haystack[] = [];
  for (const workload of workloadsOf(outputs.workloads)) {
    for (const { metadata, spec } of await podsOf(cluster, workload)) {
      const name = metadata?.name ?? "";
      for (const container of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
        const of = { name, namespace: workload.namespace, container: container.name };
        const text = await cluster.core.readNamespacedPodLog(of);
        found.push({ what: `log of ${name}, container ${container.name}`, text });
      }
    }
  }
  return found;
}

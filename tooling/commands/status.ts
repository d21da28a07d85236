import { apiIsReady, askKubectl, nodeContainers } from "../cluster/kind";
import { engineIsInstalled } from "../engine/engine";
import { stackOutputs } from "../engine/stack";
import { hasOwnCluster, stackName } from "../engine/stack-settings";

interface Pod {
  namespace: string;
  name: string;
  phase: string;
  ready: boolean;
}

async function pods(): Promise<Pod[]> {
  const printed = (await askKubectl(["get", "pods", "--all-namespaces", "-o", "json"])) ?? '{"items":[]}';
  const { items } = JSON.parse(printed) as {
    items: {
      metadata: { name: string; namespace: string };
      status: { phase: string; conditions?: { type: string; status: string }[] };
    }[];
  };
  return items.map(({ metadata, status }) => ({
    namespace: metadata.namespace,
    name: metadata.name,
    phase: status.phase,
    ready: status.conditions?.some((each) => each.type === "Ready" && each.status === "True") === true,
  }));
}

/** Shows what runs and where it is reached. Exit code 1 if the lab is not up. */
export async function status(options: { json?: boolean }): Promise<void> {
  const containers = hasOwnCluster() ? [] : ((await nodeContainers()) ?? []);
  const nodes = containers.map(({ name, running }) => ({ name, running }));
  const api = hasOwnCluster() ? null : await apiIsReady();
  const outputs = engineIsInstalled() ? await stackOutputs() : undefined;
  const found = {
    stack: stackName,
    embedded: !hasOwnCluster(),
    nodes,
    api,
    pods: api === true ? await pods() : [],
    outputs: outputs ?? null,
  };
  const isUp = outputs?.["namespace"] !== undefined && api !== false;
  if (!isUp) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify({ up: isUp, ...found }, null, 2));
    return;
  }
  console.log(`Stack ${stackName}: ${isUp ? "up" : "not up (npm run up)"}`);
  if (!hasOwnCluster()) {
    for (const { name, running } of nodes)
      console.log(`  ${name.padEnd(26)} ${running ? "runs" : "stopped"}`);
    console.log(`  ${"API server".padEnd(26)} ${api === true ? "ready" : "not ready"}`);
  }
  for (const pod of found.pods)
    console.log(`  ${pod.ready ? "ready" : pod.phase.toLowerCase().padEnd(5)}  ${pod.namespace}/${pod.name}`);
  for (const [name, value] of Object.entries(outputs ?? {})) {
    if (typeof value === "string") console.log(`  ${name.padEnd(18)} ${value}`);
  }
}

import { existsSync } from "node:fs";
import { AppsV1Api, type KubeConfig, VersionApi } from "@kubernetes/client-node";
import pRetry from "p-retry";
import { loadKubeconfig, requireContext, within } from "../../components/kubernetes";
import { kubeconfig } from "../machine/paths";
import { type Report } from "../machine/run";
import { hasOwnCluster, stackName, stackSetting } from "./stack/stack-settings";
import { foundIn } from "./answer";
import { askPulumi } from "./stack/stack";
import { until } from "../support/until";
import { messageOf } from "../support/errors";

const contextCommand = `npm run pulumi -- config set kubernetes:context NAME --stack ${stackName}`;

/** The stack's setting `kubernetes:kubeconfig`: a path or the text itself, as the provider allows. */
export async function kubeconfigSetting(): Promise<string | undefined> {
  const setting = stackSetting("kubernetes:kubeconfig");
  if (setting === undefined || typeof setting === "string") return setting;
  // An encrypted one, which only Pulumi can read.
  const args = ["config", "get", "kubernetes:kubeconfig", "--stack", stackName];
  const text = foundIn(await askPulumi(args), `kubernetes:kubeconfig of stack ${stackName}`);
  if (text === undefined) throw new Error(`there is no stack ${stackName}\n  remedy: npm run up`);
  return text.trim();
}

/** The configuration of the cluster that carries the stack: the one that it names, else the embedded one. */
export async function clusterConfig(): Promise<KubeConfig> {
  if (!hasOwnCluster()) {
    if (!existsSync(kubeconfig)) throw new Error("the embedded cluster does not exist\n  remedy: npm run up");
    return loadKubeconfig({ kubeconfig });
  }
  const context = stackSetting("kubernetes:context");
  const access = {
    kubeconfig: await kubeconfigSetting(),
    context: typeof context === "string" ? context : undefined,
  };
  const config = await loadKubeconfig(access);
  try {
    requireContext(config);
  } catch (error) {
    throw new Error(`stack ${stackName}: ${messageOf(error)}\n  remedy: ${contextCommand}`, { cause: error });
  }
  return config;
}

/**
 * One lost connection is no answer yet: a busy API server drops some. One that is refused is.
 *
 * @throws Error if the API server does not answer within 15 s; nothing has been changed then
 */
export async function requireAnswer(config: KubeConfig): Promise<void> {
  const version = config.makeApiClient(VersionApi);
  const shouldRetry = ({ error }: { error: Error }): boolean => !messageOf(error).includes("ECONNREFUSED");
  try {
    await within(
      15,
      pRetry(() => version.getCode(), { retries: 3, minTimeout: 1000, factor: 1, shouldRetry }),
    );
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    const server = config.getCurrentCluster()?.server ?? "no server";
    const remedy = hasOwnCluster() ? `see that it runs, or name another: ${contextCommand}` : "npm run up";
    throw new Error(
      `the cluster of stack ${stackName} at ${server} cannot be reached: ${reason}\n  remedy: ${remedy}`,
    );
  }
}

/** The cluster that carries the stack. @throws Error with a remedy if it does not answer */
export async function answeringCluster(): Promise<KubeConfig> {
  const config = await clusterConfig();
  await requireAnswer(config);
  return config;
}

/** What is looked at of a Deployment or a StatefulSet. */
interface Workload {
  readonly metadata?: { readonly name?: string; readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly replicas?: number;
  };
}

/** Whether all pods of the workload are ready, and in its newest form. */
function isReady({ metadata, spec, status }: Workload): boolean {
  const pods = [status?.updatedReplicas, status?.readyReplicas, status?.replicas];
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    pods.every((count) => (count ?? 0) === (spec?.replicas ?? 1))
  );
}

/**
 * Waits until everything that runs in the namespaces is ready in its newest form. Pulumi waits for it too, but takes a
 * Deployment whose old pod has yet to stop for one that is ready.
 *
 * @throws Error that names what is not ready in time
 */
export async function waitForWorkloads(
  namespaces: readonly string[],
  report: Report,
  seconds = 300,
): Promise<void> {
  const apps = (await clusterConfig()).makeApiClient(AppsV1Api);
  let missing = "";
  const allAreReady = async (): Promise<boolean> => {
    const waiting: string[] = [];
    for (const namespace of namespaces) {
      const lists = [
        await apps.listNamespacedDeployment({ namespace }),
        await apps.listNamespacedStatefulSet({ namespace }),
      ];
      const workloads = lists.flatMap(({ items }) => items as Workload[]).filter((each) => !isReady(each));
      waiting.push(...workloads.map(({ metadata }) => `${namespace}/${metadata?.name ?? ""}`));
    }
    missing = waiting.join(", ");
    if (waiting.length > 0) report(`waiting for ${missing}`);
    return waiting.length === 0;
  };
  await until(allAreReady, { seconds, late: () => `not ready after ${seconds} s: ${missing}` });
}

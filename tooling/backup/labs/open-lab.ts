import type { KubeConfig } from "@kubernetes/client-node";
import { GIT_SERVER_NAME } from "../../../components/app-repository";
import type { BackupTarget } from "../../../stacks";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { foundIn } from "../../engine/answer";
import { labOutputs } from "../../engine/stack/outputs";
import { askPulumi } from "../../engine/stack/stack";
import { type Cluster, clusterOf, statusOf } from "../../live/api-clients";
import { type PodAccess, podAccess } from "../../live/addresses/port-forward";
import { reach } from "../../live/addresses/reach";
import { interruption } from "../../support/interruption";
import { replacePods, type Workload } from "../../verify/pods/workloads";
import type { LabAccess } from "../parts/access";
import { accessOf } from "./access-of";
import type { LabStack } from "./stacks";

/** Name of the ConfigMap that says which restore is under way. */
const MARK = "gourmetgram-restore";

/** The cluster that carries the lab or the class. @throws Error with a remedy if it does not answer */
export async function answeringCluster(): Promise<KubeConfig> {
  const config = await clusterConfig();
  await requireAnswer(config);
  return config;
}

/**
 * Opens what a backup reads and a restore writes, by way of the cluster's API.
 *
 * @param report Takes one line of progress.
 * @throws Error with a remedy if the lab is not wholly up, or its database is elsewhere
 */
export async function openLab(
  config: KubeConfig,
  { stack, student }: LabStack,
  report: (line: string) => void,
): Promise<LabAccess> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const printed = foundIn(await askPulumi(args), `the stack ${stack}`);
  if (printed === undefined) throw new Error(`there is no stack ${stack}\n  remedy: npm run up`);
  const found = JSON.parse(printed) as Record<string, unknown> & Partial<BackupTarget>;
  const outputs = labOutputs(found);
  const { registryUser = null, registryPassword = null } = found;
  const target = { stack, student, outputs, registryUser, registryPassword };
  const cluster = clusterOf(config);
  const notice = (line: string): void => report(line);
  const access = (): Promise<PodAccess> => Promise.resolve(podAccess(config));
  const reached = outputs.registry.own
    ? await reach(outputs, ["registry"], { access, notice, failed: notice })
    : undefined;
  try {
    const registry = reached && `http://${reached.outputs.registry.forPushing}`;
    const source = await accessOf(config, target, { registry, report, signal: interruption });
    return {
      ...source,
      mark: markOf(cluster, outputs.namespace),
      restart: async (which) => {
        const git: Workload = { kind: "Deployment", namespace: outputs.namespace, name: GIT_SERVER_NAME };
        const workload = which === "git" ? git : outputs.workloads.mlflow;
        await replacePods(cluster, workload, report, interruption);
      },
      close: async () => {
        await Promise.all([source.close(), reached?.close()]);
      },
    };
  } catch (error) {
    await reached?.close();
    throw error;
  }
}

/** The mark of a restore that is under way: it tells a lab that is half restored from one with data of its own. */
function markOf({ core }: Cluster, namespace: string): LabAccess["mark"] {
  const place = { namespace, name: MARK };
  const read = async (): Promise<string | null> => {
    try {
      return (await core.readNamespacedConfigMap(place)).data?.["backup"] ?? "";
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  };
  return {
    read,
    write: async (backup) => {
      if ((await read()) !== null) await core.deleteNamespacedConfigMap(place);
      if (backup === null) return;
      const body = { metadata: { name: MARK }, data: { backup } };
      await core.createNamespacedConfigMap({ namespace, body });
    },
  };
}

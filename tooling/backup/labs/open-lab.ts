import type { KubeConfig } from "@kubernetes/client-node";
import { GIT_SERVER_NAME } from "../../../components/app-repository";
import type { BackupTarget, LabOutputs } from "../../../stacks";
import { foundIn } from "../../engine/answer";
import { labOutputs } from "../../engine/stack/outputs";
import { askPulumi } from "../../engine/stack/stack";
import { type Cluster, clusterOf, unlessMissing } from "../../live/api-clients";
import { type PodAccess, podAccess } from "../../live/addresses/port-forward";
import { reach } from "../../live/addresses/reach";
import { interruption } from "../../support/interruption";
import { replacePods, type Workload } from "../../verify/pods/workloads";
import type { LabAccess } from "../parts/access";
import { accessOf } from "./access-of";
import type { LabStack } from "./stacks";

/** Name of the ConfigMap that says which restore is under way. */
const MARK = "gourmetgram-restore";

/**
 * What the stack of a lab says, with the secrets that lead to its images.
 *
 * @throws Error with a remedy if the lab is not wholly up
 */
export async function targetOf({
  stack,
  student,
}: LabStack): Promise<BackupTarget & { readonly outputs: LabOutputs }> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const printed = foundIn(await askPulumi(args), `the stack ${stack}`);
  if (printed === undefined) throw new Error(`there is no stack ${stack}\n  remedy: npm run up`);
  const found = JSON.parse(printed) as Record<string, unknown> & Partial<BackupTarget>;
  const { registryUser = null, registryPassword = null } = found;
  return { stack, student, outputs: labOutputs(found), registryUser, registryPassword };
}

/** The way to a lab's own registry. @param report Takes one line of progress. */
export async function reachRegistry(
  config: KubeConfig,
  outputs: LabOutputs,
  report: (line: string) => void,
): Promise<{ url: string; close: () => Promise<void> }> {
  const access = (): Promise<PodAccess> => Promise.resolve(podAccess(config));
  const reached = await reach(outputs, ["registry"], { access, notice: report, failed: report });
  return { url: `http://${reached.outputs.registry.forPushing}`, close: reached.close };
}

/**
 * Works with what a backup reads and a restore writes, by way of the cluster's API.
 *
 * @param report Takes one line of progress.
 * @throws Error with a remedy if the lab is not wholly up, or its database is elsewhere
 */
export async function withLab<T>(
  config: KubeConfig,
  stack: LabStack,
  report: (line: string) => void,
  work: (lab: LabAccess) => Promise<T>,
): Promise<T> {
  const lab = await openLab(config, stack, report);
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

async function openLab(
  config: KubeConfig,
  stack: LabStack,
  report: (line: string) => void,
): Promise<LabAccess> {
  const target = await targetOf(stack);
  const { outputs } = target;
  const cluster = clusterOf(config);
  const reached = outputs.registry.own ? await reachRegistry(config, outputs, report) : undefined;
  try {
    const source = await accessOf(config, target, { registry: reached?.url, report, signal: interruption });
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
    const found = await unlessMissing(core.readNamespacedConfigMap(place));
    return found === undefined ? null : (found.data?.["backup"] ?? "");
  };
  return {
    read,
    write: async (backup) => {
      const there = (await read()) !== null;
      if (backup === null) {
        if (there) await core.deleteNamespacedConfigMap(place);
        return;
      }
      const body = { metadata: { name: MARK }, data: { backup } };
      // Never gone in between: without it, what is restored would be the lab's own data.
      if (there) await core.replaceNamespacedConfigMap({ ...place, body });
      else await core.createNamespacedConfigMap({ namespace, body });
    },
  };
}

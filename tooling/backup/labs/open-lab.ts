import type { KubeConfig } from "@kubernetes/client-node";
import { GIT_SERVER_NAME } from "../../../components/app-repository";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { foundIn } from "../../engine/answer";
import { labOutputs } from "../../engine/stack/outputs";
import { askPulumi } from "../../engine/stack/stack";
import { type Cluster, clusterOf, statusOf } from "../../live/api-clients";
import { forward, podAccess } from "../../live/addresses/port-forward";
import { reach } from "../../live/addresses/reach";
import { readyPodOf, type ServicePort, serviceOf } from "../../live/addresses/service";
import { execInPod } from "../../live/streams/exec";
import { interruption } from "../../support/interruption";
import { replacePods, type Workload } from "../../verify/pods/workloads";
import type { LabAccess, RegistryAccess, RunInLab } from "../parts/access";
import { stagingOf } from "../parts/staging";
import type { LabStack } from "./stacks";

/** What a student's stack gives besides what every lab's does; see `StudentOutputs` and `StudentSecrets`. */
interface Login {
  readonly registryUser?: { readonly username: string } | null;
  readonly registryPassword?: string | null;
}

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
  const found = JSON.parse(printed) as Record<string, unknown> & Login;
  const outputs = labOutputs(found);
  const { postgres } = outputs.workloads;
  if (postgres === null) {
    throw new Error(
      `the database of ${stack} is elsewhere (gourmetgram:mlflowDatabaseUri), and a backup without it is worth nothing` +
        "\n  remedy: back it up together with the artifacts and repositories by its own means",
    );
  }
  const cluster = clusterOf(config);
  const mlflow = serviceOf(outputs.mlflowUrl);
  if (mlflow === undefined) throw new Error(`${outputs.mlflowUrl} is no address inside the cluster`);
  const notice = (line: string): void => report(line);
  const access = podAccess(config);
  const registry = outputs.registry.own
    ? await reach(outputs, ["registry"], { access: () => Promise.resolve(access), notice, failed: notice })
    : undefined;
  try {
    const { namespace, name } = postgres;
    const place = { namespace, pod: `${name}-0`, container: "postgres" };
    // Not at the address of the outputs: a student's is a port of this machine, which may lead to another one's MLflow.
    const way = await forward(access, mlflow, 0, notice);
    return {
      stack,
      student,
      outputs,
      database: (command, options) => execInPod(config, place, command, { signal: interruption, ...options }),
      git: gitOf(config, cluster, serviceOf(outputs.appRepository.url)),
      mlflow: `http://localhost:${way.port}`,
      registry: registry && registryOf(`http://${registry.outputs.registry.forPushing}`, found),
      staging: stagingOf(cluster, outputs.staging),
      mark: markOf(cluster, outputs.namespace),
      restart: async (which) => {
        const git: Workload = { kind: "Deployment", namespace: outputs.namespace, name: GIT_SERVER_NAME };
        const workload = which === "git" ? git : outputs.workloads.mlflow;
        await replacePods(cluster, workload, report, interruption);
      },
      close: async () => {
        await Promise.all([way.close(), registry?.close()]);
      },
    };
  } catch (error) {
    await registry?.close();
    throw error;
  }
}

function registryOf(url: string, { registryUser, registryPassword }: Login): RegistryAccess {
  return registryUser == null || registryPassword == null
    ? { url, credentials: undefined, prefix: "" }
    : {
        url,
        credentials: { username: registryUser.username, password: registryPassword },
        prefix: `${registryUser.username}/`,
      };
}

function gitOf(
  config: KubeConfig,
  { core }: Cluster,
  service: ServicePort | undefined,
): RunInLab | undefined {
  if (service === undefined) return undefined;
  return async (command, options) => {
    const { namespace, pod } = await readyPodOf(core, service);
    const place = { namespace, pod, container: "git-server" };
    return execInPod(config, place, command, { signal: interruption, ...options });
  };
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

import type { KubeConfig } from "@kubernetes/client-node";
import type { BackupTarget } from "../../../stacks";
import { forward, podAccess } from "../../live/addresses/port-forward";
import { readyPodOf, type ServicePort, serviceOf } from "../../live/addresses/service";
import { type Cluster, clusterOf } from "../../live/api-clients";
import { execInPod } from "../../live/streams/exec";
import type { LabSource, RegistryAccess, RunInLab } from "../parts/access";
import type { Watch } from "./back-up-lab";
import { stagingOf } from "../parts/staging";

/**
 * What a backup reads of a lab, by way of the cluster's API but for the registry.
 *
 * @param registry Address of the registry, `http://host:port`; undefined where it is elsewhere.
 * @param signal Ends all that runs in the lab.
 * @throws Error with a remedy if its database is elsewhere
 */
export async function accessOf(
  config: KubeConfig,
  target: BackupTarget,
  { registry, report, signal }: Required<Watch> & { readonly registry: string | undefined },
): Promise<LabSource> {
  const { stack, student, outputs } = target;
  const { postgres } = outputs.workloads;
  if (postgres === null) {
    throw new Error(
      `the database of ${stack} is elsewhere (gourmetgram:mlflowDatabaseUri), and a backup without it is worth nothing` +
        "\n  remedy: back it up together with the artifacts and repositories by its own means",
    );
  }
  const cluster = clusterOf(config);
  const mlflow = serviceOf(outputs.mlflowUrl);
  if (mlflow === undefined) throw new Error(`${outputs.mlflowUrl} is not an address inside the cluster`);
  const { namespace, name } = postgres;
  const place = { namespace, pod: `${name}-0`, container: "postgres" };
  // Not at the address of the outputs: a student's is a port of this machine, which may lead to another one's MLflow.
  const way = await forward(podAccess(config), mlflow, 0, report);
  return {
    stack,
    student,
    outputs,
    database: (command, options) => execInPod(config, place, command, { signal, ...options }),
    git: gitOf(config, cluster, serviceOf(outputs.appRepository.url), signal),
    mlflow: `http://localhost:${way.port}`,
    registry: registry === undefined ? undefined : registryOf(registry, target),
    staging: stagingOf(cluster, outputs.staging),
    close: () => way.close(),
  };
}

/** The registry at `url`, with the student's own password where it asks for one. */
export function registryOf(
  url: string,
  { registryUser, registryPassword }: Pick<BackupTarget, "registryUser" | "registryPassword">,
): RegistryAccess {
  return registryUser === null || registryPassword === null
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
  signal: AbortSignal,
): RunInLab | undefined {
  if (service === undefined) return undefined;
  return async (command, options) => {
    const { namespace, pod } = await readyPodOf(core, service);
    const place = { namespace, pod, container: "git-server" };
    return execInPod(config, place, command, { signal, ...options });
  };
}

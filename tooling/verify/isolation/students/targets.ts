/** Finds what the tries are aimed at, with the rights of whoever stood up the class. */
import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { BUILDKIT } from "../../../../components/builder";
import { isReady } from "../../../live/objects/pods";
import { registryInCluster } from "./stacks";
import type { Service, Shared, Student, StudentStack } from "./student";

/**
 * What there is of a student in the cluster.
 *
 * @param known Digest of a blob in the student's repository, and the image of the steps that build.
 * @throws Error if a service of the lab's own has no pod: that it is not reached would prove nothing
 */
export async function findStudent(
  stack: StudentStack,
  core: CoreV1Api,
  known: Pick<Student, "blob" | "pipelineImage">,
): Promise<Student> {
  const { outputs } = stack;
  const { namespace, staging, appRepository } = outputs;
  const found = (what: string, app: string, url: string, where = namespace): Promise<Found> =>
    find(what, app, new URL(url), where, core);
  const mlflow = await found("MLflow", "mlflow", outputs.mlflowUrl);
  const own = `${namespace}.svc.cluster.local`;
  const database = outputs.workloads.postgres?.name;
  const postgres =
    database === undefined ? undefined : await found("Postgres", database, `tcp://${database}.${own}:5432`);
  const git = new URL(appRepository.url).hostname.endsWith(`.${own}`)
    ? await found("git server", "app-repository", appRepository.url)
    : undefined;
  const application = await found(
    "application in staging",
    staging.deployment,
    staging.url,
    staging.namespace,
  );
  const { address, namespace: where } = outputs.builder;
  const builder = await found("BuildKit", BUILDKIT, address, where);
  const { items: secrets } = await core.listNamespacedSecret({ namespace });
  return {
    ...stack,
    services: {
      mlflow: mlflow.service,
      postgres: postgres?.service,
      git: git?.service,
      application: application.service,
    },
    builder: builder.service,
    mlflowPod: mlflow.pod.metadata?.name ?? "",
    secret: secrets[0]?.metadata?.name ?? "some-secret",
    ...known,
  };
}

/** What all students have in common, as the first of them knows it. */
export async function findShared({ outputs, mlflowPod }: Student, core: CoreV1Api): Promise<Shared> {
  const pod = await core.readNamespacedPod({ namespace: outputs.namespace, name: mlflowPod });
  const { spec } = await core.readNamespacedService({ namespace: "default", name: "kubernetes" });
  return {
    registry: registryInCluster(outputs.registry),
    apiServer: spec?.clusterIP ?? "",
    node: pod.status?.hostIP ?? "",
  };
}

interface Found {
  readonly service: Service;
  readonly pod: V1Pod;
}

/** @param app Of its pods, as `app.kubernetes.io/name`. */
async function find(
  what: string,
  app: string,
  { hostname: host, port }: URL,
  namespace: string,
  core: CoreV1Api,
): Promise<Found> {
  const pods = await readyPods(core, namespace, app);
  const [pod] = pods;
  if (pod === undefined)
    throw new Error(`no pod of ${what} is ready in ${namespace}\n  remedy: npm run class -- status`);
  const { spec } = await core.readNamespacedService({ namespace, name: host.split(".")[0] ?? host });
  const own = spec?.clusterIP === undefined || spec.clusterIP === "None" ? [] : [spec.clusterIP];
  const addresses = [...own, ...pods.flatMap(({ status }) => status?.podIP ?? [])];
  return { service: { what, host, port: Number(port), addresses }, pod };
}

/** The pods of an application that serve. */
export async function readyPods(core: CoreV1Api, namespace: string, app: string): Promise<V1Pod[]> {
  const labelSelector = `app.kubernetes.io/name=${app}`;
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  return items.filter(isReady);
}

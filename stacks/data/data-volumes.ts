/** The volumes whose data cannot be made again: what is on others, BuildKit's cache among them, can. */
import type { KubernetesObject, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { GIT_SERVER_NAME } from "../../components/app-repository";
import { BACKUP_NAME } from "../../components/backup";
import { INSTANCE_LABEL, labelsOf, MANAGER, MANAGER_LABEL } from "../../components/kubernetes";
import { MLFLOW_NAME, POSTGRES_NAME } from "../../components/mlflow";
import { REGISTRY_PLACE } from "../../components/registry";
import type { KeyName, StackConfig } from "../../config";
import type { LiveCluster } from "../preflight/live-cluster";

/**
 * The kinds of data, by the label `app.kubernetes.io/name` of their claims, each with the key of its size and the key with
 * which it is elsewhere, or without which there is none.
 */
export const DATA = {
  [MLFLOW_NAME]: { what: "MLflow's artifacts", storage: "mlflowStorage", elsewhere: "mlflowArtifactRoot" },
  [POSTGRES_NAME]: { what: "MLflow's database", storage: "postgresStorage", elsewhere: "mlflowDatabaseUri" },
  [GIT_SERVER_NAME]: {
    what: "the application's repository",
    storage: "appRepositoryStorage",
    elsewhere: "appRepositoryUrl",
  },
  [REGISTRY_PLACE.name]: {
    what: "the registry's images",
    storage: "registryStorage",
    elsewhere: "externalRegistry",
  },
  [BACKUP_NAME]: { what: "the backups", storage: "backupStorage", needs: "backupSchedule" },
} as const satisfies Record<
  string,
  { what: string; storage: KeyName } & ({ elsewhere: KeyName } | { needs: KeyName })
>;

/** The label's value. */
export type DataName = keyof typeof DATA;

/** A volume of data that a stack is to have. */
export interface DataVolume {
  readonly namespace: string;
  /** Size, as a Kubernetes quantity. */
  readonly storage: string;
}

/** The volumes of data that a stack is to have. One whose data is elsewhere is left out. */
export function dataVolumes(config: StackConfig): Partial<Record<DataName, DataVolume>> {
  const own = <T>(isOwn: boolean, name: DataName, volume: T) => (isOwn ? { [name]: volume } : {});
  const base =
    config.scope === "student"
      ? {}
      : {
          ...own(config.externalRegistry === undefined, REGISTRY_PLACE.name, {
            namespace: REGISTRY_PLACE.namespace,
            storage: config.registryStorage,
          }),
          ...own(config.backupSchedule !== undefined, BACKUP_NAME, {
            namespace: config.backupNamespace,
            storage: config.backupStorage,
          }),
        };
  if (config.scope === "base") return base;
  const { namespace } = config;
  return {
    ...base,
    ...own(config.mlflowArtifactRoot === undefined, MLFLOW_NAME, {
      namespace,
      storage: config.mlflowStorage,
    }),
    ...own(config.mlflowDatabaseUri === undefined, POSTGRES_NAME, {
      namespace,
      storage: config.postgresStorage,
    }),
    ...own(config.appRepositoryUrl === undefined, GIT_SERVER_NAME, {
      namespace,
      storage: config.appRepositoryStorage,
    }),
  };
}

/** A claim in the cluster that holds data. */
export interface FoundClaim {
  readonly data: DataName;
  readonly namespace: string;
  readonly name: string;
  readonly claim: V1PersistentVolumeClaim;
}

/** What this identity may not list, as in RBAC: without it nobody knows which claims there are. */
export interface Unlisted {
  readonly resources: readonly string[];
}

/**
 * The claims in the cluster that hold a stack's data: those in its namespaces, and those that it has labelled elsewhere.
 * A claim that is being deleted is not among them: somebody has given its data up.
 */
export async function dataClaimsOf(stack: string, cluster: LiveCluster): Promise<FoundClaim[] | Unlisted> {
  const [namespaces, claims] = await Promise.all([
    cluster.list("v1", "Namespace"),
    cluster.list<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim"),
  ]);
  if (namespaces === undefined || claims === undefined) {
    const resources = { namespaces, persistentvolumeclaims: claims };
    return {
      resources: Object.entries(resources).flatMap(([name, found]) => (found === undefined ? [name] : [])),
    };
  }
  const own = namespaces.filter((each) => isOf(stack, each)).map(({ metadata }) => metadata?.name);
  return claims.flatMap((claim) => {
    const { name = "", namespace = "", deletionTimestamp, labels = {} } = claim.metadata ?? {};
    const data = dataNameOf(labels);
    if (data === undefined || deletionTimestamp !== undefined) return [];
    return own.includes(namespace) || isOf(stack, claim) ? [{ data, namespace, name, claim }] : [];
  });
}

/** Whether the stack says that an object is its own. */
export const isOf = (stack: string, { metadata: { labels = {} } = {} }: KubernetesObject): boolean =>
  labels[INSTANCE_LABEL] === stack && labels[MANAGER_LABEL] === MANAGER;

function dataNameOf(labels: Readonly<Record<string, string>>): DataName | undefined {
  return (Object.keys(DATA) as DataName[]).find((name) =>
    Object.entries(labelsOf(name)).every(([label, value]) => labels[label] === value),
  );
}

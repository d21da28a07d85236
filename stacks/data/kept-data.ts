/** What an earlier stack of the same name has left in the cluster because of the setting `keepData`. */
import type { KubernetesObject, V1PersistentVolumeClaim, V1Secret } from "@kubernetes/client-node";
import { DATA_FATES, DATA_LABEL } from "../../components/kubernetes";
import { BACKUP_NAME } from "../../components/backup";
import { POSTGRES_NAME } from "../../components/mlflow";
import type { StackConfig } from "../../config";
import type { LiveCluster } from "../preflight/live-cluster";
import { type DataName, dataVolumes, isOf } from "./data-volumes";

/** The kinds of objects that hold data, as the last part of their type tokens. */
export const KEPT_KINDS = ["Namespace", "PersistentVolumeClaim", "Secret"] as const;

/** What uses data, by the data's name. */
const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" };
const USERS: Partial<Record<DataName, typeof DEPLOYMENT>> = {
  [POSTGRES_NAME]: { apiVersion: "apps/v1", kind: "StatefulSet" },
  [BACKUP_NAME]: { apiVersion: "batch/v1", kind: "CronJob" },
};

/** An object that is to be used again. */
export interface KeptObject {
  readonly kind: (typeof KEPT_KINDS)[number];
  readonly name: string;
  /** What it holds, or opens; undefined for a namespace. */
  readonly data: DataName | undefined;
  /** The class of a claim: who has applied one without naming its class would take the class away. */
  readonly storageClass: string | undefined;
  /** The values of a Secret. */
  readonly values: Readonly<Record<string, string>>;
  /** Who has applied it. Under another name the API server would see a second owner, and refuse changes later. */
  readonly manager: string | undefined;
}

/**
 * The objects of data that outlived a stack. What a running server uses is not among them: the stack that is up has it in
 * its state.
 */
export async function keptData(
  config: StackConfig,
  stack: string,
  cluster: LiveCluster,
): Promise<KeptObject[]> {
  const volumes = Object.entries(dataVolumes(config)) as [DataName, { namespace: string }][];
  const unused = await Promise.all(
    volumes.map(async ([data, { namespace }]): Promise<{ data: DataName; namespace: string }[]> => {
      const server = await cluster.read({ ...(USERS[data] ?? DEPLOYMENT), namespace, name: data });
      return server === undefined ? [{ data, namespace }] : [];
    }),
  );
  const free = unused.flat();
  if (free.length === 0) return [];
  const found = await Promise.all(
    KEPT_KINDS.map(async (kind) => (await cluster.list(`v1`, kind))?.map((each) => ({ kind, each })) ?? []),
  );
  return found.flat().flatMap(({ kind, each }) => {
    const { name = "", namespace = "", labels = {}, deletionTimestamp } = each.metadata ?? {};
    if (!isOf(stack, each) || labels[DATA_LABEL] !== DATA_FATES.stays || deletionTimestamp !== undefined)
      return [];
    const [home] = free.filter((one) =>
      kind === "Namespace"
        ? one.namespace === name
        : one.namespace === namespace && one.data === labels["app.kubernetes.io/name"],
    );
    if (home === undefined) return [];
    const data = kind === "Namespace" ? undefined : home.data;
    return [
      {
        kind,
        name,
        data,
        storageClass: (each as V1PersistentVolumeClaim).spec?.storageClassName,
        values: kind === "Secret" ? valuesOf(each) : {},
        manager: managerOf(each),
      },
    ];
  });
}

const valuesOf = ({ data = {} }: V1Secret): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );

/** The name that Pulumi's provider has chosen for itself when it made the object. */
function managerOf({ metadata }: KubernetesObject): string | undefined {
  return (metadata?.managedFields ?? []).find(
    ({ operation, manager }) => operation === "Apply" && manager?.startsWith("pulumi-kubernetes") === true,
  )?.manager;
}

import { setTimeout as delay } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { Argo } from "../../live/workflows/argo";
import { type Cluster, clusterOf, unlessMissing } from "../../live/api-clients";
import type { UsedKinds } from "../../live/objects/kinds";
import { isReady } from "../../live/objects/pods";
import { createdAt, nameOf } from "../../live/workflows/workflow";
import { auditBase, auditStudent, removeBaseKinds } from "./class-remains";
import { capacityFor } from "../capacity/cluster-capacity";
import { deleteRuns, freeHangingNamespaces, namespacesOf, terminateRuns } from "./student-cluster";

/** The label of the pods of runs. */
const RUN_LABEL = "workflows.argoproj.io/workflow";

/** What is seen of a student in the cluster. */
export interface StudentGlance {
  readonly ready: number;
  readonly pods: number;
  readonly lastRun: { readonly name: string; readonly phase: string; readonly at: string } | undefined;
}

/** What a command asks of the cluster. */
export type ClassCluster = ReturnType<typeof classClusterOf>;

/**
 * The cluster as the teacher's kubeconfig shows it.
 *
 * @param config Where it cannot be had, what needs the cluster fails with the reason, and what does not goes on.
 */
export function classClusterOf(config: Promise<KubeConfig>) {
  const cluster = config.then(clusterOf);
  cluster.catch(() => undefined);
  return {
    /** What the cluster has for these students; undefined if it does not answer. */
    capacity: (students: readonly string[]) => {
      const silence = delay(15_000, undefined, { ref: false });
      const asked = cluster.then(({ core }) => capacityFor(core, new Set(students.flatMap(namespacesOf))));
      return Promise.race([asked.catch(() => undefined), silence]);
    },
    terminateRuns: async (student: string) => terminateRuns(await cluster, student),
    deleteRuns: async (student: string) => deleteRuns(await cluster, student),
    freeHangingNamespaces: async (student: string) => freeHangingNamespaces(await cluster, student),
    auditStudent: async (student: string, options: AuditOptions) =>
      auditStudent(await config, student, options),
    /** Deletes the kinds that the base has brought, those of which there is no object. */
    removeBaseKinds: async () => removeBaseKinds(await config),
    auditBase: async (options: { usedKinds: UsedKinds; keepData: boolean }) =>
      auditBase(await config, options),
    /** How many of the student's service pods are ready, of how many; and the newest training run. */
    glance: async (student: string) => glance(await cluster, student),
  };
}

type AuditOptions = Parameters<typeof auditStudent>[2];

async function glance(cluster: Cluster, student: string): Promise<StudentGlance> {
  const namespaces = namespacesOf(student);
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      cluster.core.listNamespacedPod({ namespace, labelSelector: `!${RUN_LABEL}` }),
    ),
  );
  const pods = lists.flatMap(({ items }) => items).filter(({ status }) => status?.phase !== "Succeeded");
  const [platform = ""] = namespaces;
  const runs = (await unlessMissing(new Argo(cluster, platform).workflows())) ?? [];
  // A build is part of the training run that has started it.
  const trainings = runs.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind !== "Workflow");
  const last = trainings.sort((a, b) => createdAt(b) - createdAt(a))[0];
  return {
    ready: pods.filter(isReady).length,
    pods: pods.length,
    lastRun:
      last === undefined
        ? undefined
        : {
            name: nameOf(last),
            phase: last.status?.phase ?? "Pending",
            at: new Date(createdAt(last)).toISOString(),
          },
  };
}

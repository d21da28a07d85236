import { setTimeout as delay } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { Argo } from "../../live/workflows/argo";
import { clusterOf } from "../../live/api-clients";
import { nameOf } from "../../live/workflows/workflow";
import { auditBase, auditStudent, removeBaseKinds } from "./class-remains";
import type { ClassCluster, StudentGlance } from "../class-context";
import { capacityFor } from "../capacity/cluster-capacity";
import {
  deleteRuns,
  freeHangingNamespaces,
  namespacesOf,
  terminateRuns,
  unlessMissing,
} from "./student-cluster";

/** The label of the pods of runs. */
const RUN_LABEL = "workflows.argoproj.io/workflow";

/** The cluster as the teacher's kubeconfig shows it. */
export function classClusterOf(config: KubeConfig): ClassCluster {
  const cluster = clusterOf(config);
  return {
    capacity: (students) => {
      const silence = delay(15_000, undefined, { ref: false });
      const asked = capacityFor(cluster.core, new Set(students.flatMap(namespacesOf)));
      return Promise.race([asked.catch(() => undefined), silence]);
    },
    terminateRuns: (student) => terminateRuns(cluster, student),
    deleteRuns: (student) => deleteRuns(cluster, student),
    freeHangingNamespaces: (student) => freeHangingNamespaces(cluster, student),
    auditStudent: (student, options) => auditStudent(config, student, options),
    removeBaseKinds: () => removeBaseKinds(config),
    auditBase: (options) => auditBase(config, options),
    glance: (student) => glance(config, student),
  };
}

async function glance(config: KubeConfig, student: string): Promise<StudentGlance> {
  const { core, ...rest } = clusterOf(config);
  const namespaces = namespacesOf(student);
  const lists = await Promise.all(
    namespaces.map((namespace) => core.listNamespacedPod({ namespace, labelSelector: `!${RUN_LABEL}` })),
  );
  const pods = lists.flatMap(({ items }) => items).filter(({ status }) => status?.phase !== "Succeeded");
  const ready = pods.filter(({ status }) =>
    status?.conditions?.some((each) => each.type === "Ready" && each.status === "True"),
  );
  const [platform = ""] = namespaces;
  const runs = (await unlessMissing(new Argo({ core, ...rest }, platform).workflows())) ?? [];
  // Custom objects come as they are in JSON, so the time is a text.
  const begin = ({ metadata }: (typeof runs)[number]): number =>
    new Date(metadata.creationTimestamp ?? 0).getTime();
  // A build is part of the training run that has started it.
  const trainings = runs.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind !== "Workflow");
  const last = trainings.sort((a, b) => begin(b) - begin(a))[0];
  return {
    ready: ready.length,
    pods: pods.length,
    lastRun:
      last === undefined
        ? undefined
        : {
            name: nameOf(last),
            phase: last.status?.phase ?? "Pending",
            at: new Date(begin(last)).toISOString(),
          },
  };
}

/** In place of a cluster that cannot be reached: what needs it fails with the reason, what does not goes on. */
export function noCluster(reason: string): ClassCluster {
  const refuse = (): Promise<never> => Promise.reject(new Error(reason));
  return {
    capacity: () => Promise.resolve(undefined),
    terminateRuns: refuse,
    deleteRuns: refuse,
    freeHangingNamespaces: refuse,
    auditStudent: refuse,
    removeBaseKinds: refuse,
    auditBase: refuse,
    glance: refuse,
  };
}

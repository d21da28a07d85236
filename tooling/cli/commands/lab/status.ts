import { CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { within } from "../../../../components/kubernetes";
import { nodeContainers } from "../../../cluster/kind";
import { checkDockerDisk, type Obstacle, warningOf } from "../../../cluster/preflight";
import { foundIn } from "../../../engine/answer";
import { answeringCluster, clusterConfig } from "../../../engine/cluster-access";
import { stackOutputs } from "../../../engine/stack/stack";
import { hasOwnCluster, stackName } from "../../../engine/stack/stack-settings";
import { backupAlarm, type BackupSchedule, findBackupSchedule } from "../../../live/backup-schedule";
import { diskPressure, findNodes } from "../../../live/disk-pressure";
import { isReady } from "../../../live/objects/pods";
import { findDocker } from "../../../machine/docker/docker";
import { messageOf } from "../../../support/errors";
import { tellData } from "../../../support/output";

interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
}

type Outputs = Readonly<Record<string, unknown>>;

export interface LabStatus {
  /** Whether the stack was brought up, its cluster answers, and pods of it are there. */
  readonly up: boolean;
  readonly stack: string;
  readonly embedded: boolean;
  /** Of the embedded cluster. */
  readonly nodes: readonly { readonly name: string; readonly running: boolean }[];
  /** Whether the API server of the stack's cluster answers. */
  readonly api: boolean;
  /** Of the whole embedded cluster; of another cluster those in the lab's namespaces. */
  readonly pods: readonly PodStatus[];
  readonly outputs: Outputs | null;
  /** The schedule of the backups; `null` where none is set, and where it is not known. `alarm` is `null` if all is well. */
  readonly backups: (BackupSchedule & { readonly alarm: Obstacle | null }) | null;
  /** Disks of the cluster's nodes that are full, or nearly; none if all is well, and where that is not known. */
  readonly disks: readonly Obstacle[];
  /** What could not be looked at, and why. */
  readonly problems: readonly string[];
}

/** Shows what runs and where it is reached. Exit code 1 if the lab is not up. */
export async function status(): Promise<void> {
  const found = await findStatus();
  if (!found.up) process.exitCode = 1;
  tellData(found);
  console.log(statusText(found));
}

/** Asks the stack's state and its cluster. */
async function findStatus(): Promise<LabStatus> {
  const problems: string[] = [];
  const noted = async <T>(question: Promise<T>): Promise<T | undefined> => {
    try {
      return await question;
    } catch (error) {
      problems.push(messageOf(error));
      return undefined;
    }
  };
  const asked = findBackupSchedule(clusterConfig, stackName);
  const looked = noted(fullDisks());
  const outputs = await noted(outputsOfStack());
  const containers = hasOwnCluster() ? undefined : await noted(nodeContainers());
  const pods = await noted(podsOf(hasOwnCluster() ? namespacesIn(outputs) : undefined));
  const namespace = outputs?.["namespace"];
  const backups = await asked;
  return {
    up: namespace !== undefined && pods?.some((pod) => pod.namespace === namespace) === true,
    stack: stackName,
    embedded: !hasOwnCluster(),
    nodes: (containers ?? []).map(({ name, running }) => ({ name, running })),
    api: pods !== undefined,
    pods: pods ?? [],
    outputs: outputs ?? null,
    backups: backups === undefined ? null : { ...backups, alarm: backupAlarm(backups) ?? null },
    disks: (await looked) ?? [],
    problems,
  };
}

/** By the room that Docker has, and by what the nodes say. */
async function fullDisks(): Promise<Obstacle[]> {
  const docker = hasOwnCluster() ? undefined : await checkDockerDisk(await findDocker());
  const pressure = diskPressure((await findNodes(clusterConfig)) ?? []);
  return [docker?.obstacle, pressure].filter((alarm) => alarm !== undefined);
}

const outputsOfStack = async (): Promise<Outputs | undefined> =>
  foundIn(await stackOutputs(), `the stack ${stackName}`);

/** The namespaces that the outputs name. */
function namespacesIn(outputs: Outputs | undefined): string[] {
  const staging = outputs?.["staging"] as { namespace?: string } | undefined;
  const builder = outputs?.["builder"] as { namespace?: string } | undefined;
  const named = [outputs?.["namespace"], staging?.namespace, builder?.namespace];
  return [...new Set(named)].filter((each) => typeof each === "string");
}

/**
 * @param namespaces @default all
 * @throws Error if the cluster does not answer
 */
async function podsOf(namespaces: readonly string[] | undefined): Promise<PodStatus[]> {
  const core = (await answeringCluster()).makeApiClient(CoreV1Api);
  const lists = await within(
    15,
    Promise.all(
      namespaces === undefined
        ? [core.listPodForAllNamespaces()]
        : namespaces.map((namespace) => core.listNamespacedPod({ namespace })),
    ),
  );
  return lists.flatMap(({ items }) => items.map(statusOfPod));
}

function statusOfPod(pod: V1Pod): PodStatus {
  const { namespace = "", name = "" } = pod.metadata ?? {};
  return { namespace, name, phase: pod.status?.phase ?? "Unknown", ready: isReady(pod) };
}

export function statusText(status: LabStatus): string {
  const { up, stack, embedded, nodes, api, pods, outputs, backups, disks, problems } = status;
  const alarm = backups?.alarm ?? null;
  const line = (name: string, state: string): string => `  ${name.padEnd(26)} ${state}`;
  const states = pods.map((pod) => (pod.ready ? "ready" : pod.phase.toLowerCase()));
  const width = Math.max(0, ...states.map((state) => state.length));
  return [
    `Stack ${stack}: ${up ? "up" : `not up${problems.length === 0 ? " (npm run up)" : ""}`}`,
    // First: what does not answer may do so because of it.
    ...disks.map(warningOf),
    ...problems.map((problem) => problem.replace(/^/gm, "  ")),
    ...nodes.map(({ name, running }) => line(name, running ? "runs" : "stopped")),
    ...(embedded || outputs !== null ? [line("API server", api ? "ready" : "not ready")] : []),
    ...pods.map(
      ({ namespace, name }, index) => `  ${(states[index] ?? "").padEnd(width)}  ${namespace}/${name}`,
    ),
    ...Object.entries(outputs ?? {})
      .filter(([, value]) => typeof value === "string")
      .map(([name, value]) => `  ${name.padEnd(18)} ${String(value)}`),
    ...(alarm === null ? [] : [warningOf(alarm)]),
  ].join("\n");
}

/** The state of the backups on a schedule, whose failures are seen in the cluster alone. */
import { BatchV1Api, CoreV1Api, type KubeConfig, type V1CronJob, type V1Job } from "@kubernetes/client-node";
import { BACKUP_DEADLINE, BACKUP_LABS, BACKUP_NAME } from "../../components/backup";
import { INSTANCE_LABEL, within } from "../../components/kubernetes";
import { nextTimes } from "../../packages/argo-lint";
import type { Obstacle } from "../cluster/preflight";
import { problemOf } from "../support/errors";
import { minuteOf } from "../support/times";

/** Seconds that the cluster may take to tell. */
const PATIENCE = 15;
/** Milliseconds that a backup may take before it counts as missed: as long as its job may run. */
const GRACE = BACKUP_DEADLINE * 1000;

/** What the cluster tells of a schedule. */
export interface BackupSchedule {
  readonly namespace: string;
  /** Whether it is the schedule of a class. */
  readonly ofClass: boolean;
  /** Cron string of five fields, in UTC. */
  readonly schedule: string;
  readonly suspended: boolean;
  /** The stacks whose labs are backed up; `null` where this identity may not see them. */
  readonly labs: readonly string[] | null;
  readonly created: Date;
  /** `null` if no backup has succeeded yet. */
  readonly lastSuccess: Date | null;
  /** The newest job, if it has ended. `message` is what its container said at the end; empty if it said nothing. */
  readonly last: {
    readonly job: string;
    readonly ended: Date;
    readonly failed: boolean;
    readonly message: string;
  } | null;
}

/**
 * What is wrong with the backups; undefined if nothing is.
 *
 * Two times of the schedule may pass without a success: one is missed while the machine is off.
 */
export function backupAlarm(seen: BackupSchedule, now = new Date()): Obstacle | undefined {
  const { namespace, ofClass, schedule, suspended, created, lastSuccess, last } = seen;
  const logs = `npm run kubectl -- logs -n ${namespace} job/${last?.job ?? "NAME"}`;
  const success =
    lastSuccess === null
      ? "there is none yet"
      : `the last one is of ${minuteOf(lastSuccess.toISOString())} UTC`;
  if (suspended) {
    const up = ofClass ? "npm run class -- up --roster FILE" : "npm run up";
    return {
      problem: `backups are suspended (gourmetgram:backupSuspended), and ${success}`,
      remedy: `npm run pulumi -- config rm gourmetgram:backupSuspended, and ${up}`,
    };
  }
  if (last?.failed === true) {
    const reason = last.message === "" ? "" : `: ${last.message}`;
    return {
      problem: `the backup of ${minuteOf(last.ended.toISOString())} UTC failed, and ${success}${reason}`,
      remedy: `${logs}; then npm run kubectl -- create job -n ${namespace} --from=cronjob/${BACKUP_NAME} again`,
    };
  }
  const [, second] = nextTimes(schedule, { timezone: "Etc/UTC", from: lastSuccess ?? created, count: 2 });
  if (second !== undefined && now.getTime() > second.getTime() + GRACE) {
    return {
      problem: `two times of the schedule ${schedule} passed without a backup, and ${success}`,
      remedy: `npm run kubectl -- get cronjobs,jobs,pods -n ${namespace} shows why; ${logs}`,
    };
  }
  if (last !== null && last.message !== "") {
    const { message, remedy } = problemOf(last.message);
    return {
      problem: message,
      remedy:
        remedy ??
        "npm run backup -- DIR --fetch copies them; then a smaller backupKeep or a larger backupStorage",
    };
  }
  return undefined;
}

/**
 * What is wrong where a class has labs without backups: each student's stack adds its lab when it is brought up.
 *
 * @param stacks The students' stacks.
 */
export function missingLabs(
  { ofClass, labs }: BackupSchedule,
  stacks: readonly string[],
): Obstacle | undefined {
  const missing = labs === null || !ofClass ? [] : stacks.filter((stack) => !labs.includes(stack));
  if (missing.length === 0) return undefined;
  return {
    problem: `no backups are written of ${missing.join(", ")}: the schedule does not know them`,
    remedy: "npm run class -- up --roster FILE",
  };
}

/**
 * Asks the cluster.
 *
 * @param stack Name of the stack or of the class.
 * @returns undefined where no schedule is set, the cluster does not answer, or does not tell this identity
 */
export async function findBackupSchedule(
  config: () => Promise<KubeConfig>,
  stack: string,
): Promise<BackupSchedule | undefined> {
  try {
    return await within(PATIENCE, askFor(await config(), stack));
  } catch {
    return undefined;
  }
}

/** The CronJob of a stack's backups, or of the class that has this name. */
export async function backupCronJob(config: KubeConfig, stack: string): Promise<V1CronJob | undefined> {
  const labelSelector = `app.kubernetes.io/name=${BACKUP_NAME},${INSTANCE_LABEL} in (${stack},${stack}-base)`;
  const batch = config.makeApiClient(BatchV1Api);
  return (await batch.listCronJobForAllNamespaces({ labelSelector })).items[0];
}

async function askFor(config: KubeConfig, stack: string): Promise<BackupSchedule | undefined> {
  const cronJob = await backupCronJob(config, stack);
  if (cronJob === undefined) return undefined;
  const { metadata, spec, status } = cronJob;
  const namespace = metadata?.namespace ?? "";
  const labs = config.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace, name: BACKUP_LABS });
  const known = await labs.then(({ data = {} }) => Object.keys(data)).catch(() => null);
  const jobs = await config.makeApiClient(BatchV1Api).listNamespacedJob({ namespace });
  return {
    namespace,
    ofClass: metadata?.labels?.[INSTANCE_LABEL] !== stack,
    schedule: spec?.schedule ?? "",
    suspended: spec?.suspend === true,
    labs: known?.map((key) => key.replace(/\.json$/, "")) ?? null,
    created: metadata?.creationTimestamp ?? new Date(),
    lastSuccess: status?.lastSuccessfulTime ?? null,
    last: await lastOf(config, namespace, jobs.items),
  };
}

async function lastOf(
  config: KubeConfig,
  namespace: string,
  jobs: readonly V1Job[],
): Promise<BackupSchedule["last"]> {
  const ended = jobs.flatMap(({ metadata, status }) => {
    const end = status?.conditions?.find(
      ({ type, status: is }) => is === "True" && ["Complete", "Failed"].includes(type),
    );
    const at = end?.lastTransitionTime;
    return at === undefined ? [] : [{ job: metadata?.name ?? "", ended: at, end }];
  });
  const [last] = ended.sort((a, b) => b.ended.getTime() - a.ended.getTime());
  if (last === undefined) return null;
  const core = config.makeApiClient(CoreV1Api);
  const pods = await core.listNamespacedPod({
    namespace,
    labelSelector: `batch.kubernetes.io/job-name=${last.job}`,
  });
  const said = pods.items[0]?.status?.containerStatuses?.[0]?.state?.terminated?.message?.trim();
  const failed = last.end?.type === "Failed";
  // A job that took too long has no pod any more.
  const message = said ?? (failed ? (last.end?.message ?? "") : "");
  return { job: last.job, ended: last.ended, failed, message };
}

import { certificateAlarm, certificateEnd, daysUntil } from "../../cluster/certificates";
import { isCold } from "../../cluster/embedded-lab";
import { findDocker } from "../../machine/docker/docker";
import { labParts, partsOf } from "../../cluster/lab-parts";
import { type Check, checkDocker, checkMachine } from "../../cluster/preflight";
import { isDebian12 } from "../../machine/packages/debian";
import { judgeStack } from "../../engine/program";
import { decideEngine, wishFor } from "../../machine/reach";
import { stackSettings } from "../../engine/render/settings";
import { classOf, stacksInState } from "../../engine/stack/state";
import { hasOwnCluster, stackName } from "../../engine/stack/stack-settings";
import { clusterConfig } from "../../engine/cluster-access";
import { baseStackOf } from "../../class/class-settings";
import { backupAlarm, findBackupSchedule, missingLabs } from "../../live/backup-schedule";
import { diskPressure, findNodes } from "../../live/disk-pressure";
import { etcdAlarm, etcdBytes } from "../../live/etcd";
import { messageOf } from "../../support/errors";
import { tellData } from "../../support/output";

export interface DoctorOptions {
  online?: boolean;
  offline?: boolean;
}

/** What was looked at, and what follows for the next `up`. */
interface Examination {
  readonly checks: readonly Check[];
  readonly facts: Readonly<Record<string, string>>;
}

/** Judges what would carry the stack. Changes nothing; exit code 1 if something is in the way. */
export async function doctor(options: DoctorOptions): Promise<void> {
  wishFor(options);
  const { checks: found, facts } = await (hasOwnCluster() ? examineCluster() : examineMachine());
  const checks = [
    ...found,
    ...(await checkNodeDisks()),
    ...(await checkCertificates()),
    ...(await checkEtcd()),
    ...(await checkBackups()),
  ];
  const fit = checks.every((check) => check.obstacle === undefined);
  if (!fit) process.exitCode = 1;
  tellData({ fit, checks, facts });
  for (const { name, found, obstacle } of checks) {
    console.log(`${obstacle === undefined ? "ok  " : "FAIL"}  ${name}: ${found}`);
    if (obstacle !== undefined) console.log(`      ${obstacle.problem}\n      remedy: ${obstacle.remedy}`);
  }
  for (const [thing, text] of Object.entries(facts)) console.log(`      ${thing}: ${text}`);
}

async function examineMachine(): Promise<Examination> {
  const decisions = await labParts();
  const parts = partsOf(decisions);
  const facts = {
    ...Object.fromEntries(decisions.map(({ thing, text }) => [thing, text])),
    programs: isCold(parts) ? "have to be built, once" : "nothing has to be built",
    ...(isDebian12() ? { Debian: "12" } : {}),
  };
  return { checks: await checkMachine(parts), facts };
}

/** Nothing where there is no cluster yet, or it does not tell. */
async function checkNodeDisks(): Promise<Check[]> {
  const nodes = await findNodes(clusterConfig);
  if (nodes === undefined) return [];
  const obstacle = diskPressure(nodes);
  const found = obstacle === undefined ? "kubelet finds room" : "kubelet finds too little room";
  return [{ name: "nodes' disks", found, obstacle }];
}

/** Nothing where there is no cluster yet, or none of its certificates is known. */
async function checkCertificates(): Promise<Check[]> {
  const end = await clusterConfig()
    .then(certificateEnd)
    .catch(() => undefined);
  if (end === undefined) return [];
  const found = `the first ends on ${end.toISOString().slice(0, 10)}, in ${daysUntil(end)} days`;
  return [{ name: "certificates", found, obstacle: certificateAlarm(end, hasOwnCluster()) }];
}

/** Nothing where there is no cluster yet, or it does not tell. */
async function checkEtcd(): Promise<Check[]> {
  const bytes = await etcdBytes(clusterConfig);
  if (bytes === undefined) return [];
  return [{ name: "etcd", found: `${Math.round(bytes / 1024 ** 2)} MiB`, obstacle: etcdAlarm(bytes) }];
}

/** Nothing where no schedule is set, or the cluster does not tell. */
async function checkBackups(): Promise<Check[]> {
  const backups = await findBackupSchedule(clusterConfig, stackName);
  if (backups === undefined) return [];
  const students = stacksInState().filter((each) => classOf(each) === stackName);
  const labs = students.map(({ name }) => name).filter((name) => name !== baseStackOf(stackName));
  const obstacle = backupAlarm(backups) ?? missingLabs(backups, labs);
  const found = `on the schedule ${backups.schedule}, the last one ${backups.lastSuccess?.toISOString() ?? "not yet"}`;
  return [{ name: "backups", found, obstacle }];
}

/** The stack's own cluster, and the Docker that builds its images. */
async function examineCluster(): Promise<Examination> {
  const engine = await decideEngine();
  const docker = checkDocker(await findDocker(), false, { engine: engine.choice });
  return { checks: [docker, await checkCluster()], facts: { [engine.thing]: engine.text } };
}

/** What the program itself says before it would create anything. */
async function checkCluster(): Promise<Check> {
  const name = "cluster and settings";
  try {
    await judgeStack(await stackSettings());
    return { name, found: "they fit the stack" };
  } catch (error) {
    return {
      name,
      found: "not fit",
      obstacle: { problem: messageOf(error), remedy: "each finding names its own" },
    };
  }
}

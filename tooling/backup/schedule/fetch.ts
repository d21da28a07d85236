import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { KubeConfig, V1CronJob, V1Pod } from "@kubernetes/client-node";
import { backupCronJob } from "../../live/backup-schedule";
import { clusterOf, reasonOf, statusOf } from "../../live/api-clients";
import { askPod, execInPod, type PodContainer } from "../../live/streams/exec";
import { runSteps } from "../../machine/steps/steps";
import { beforeStart, errorOf } from "../../support/errors";
import { finishing, interruption } from "../../support/interruption";
import { tellData } from "../../support/output";
import { until } from "../../support/until";
import { BACKUP_NAME } from "../../../components/backup";
import { answeringCluster } from "../../engine/cluster-access";
import { stackName } from "../../engine/stack/stack-settings";
import { megabytes } from "../parts/artifacts";
import { filesIn, type RemoteFile } from "./kept-files";

/** Seconds in which the pod that reads the volume has to start. */
const PATIENCE = 180;
/** Seconds that it is there at most, should nobody delete it. */
const LIFETIME = 6 * 3600;

const BUCKET = "python /opt/backup/bucket.py";
/** A bucket that the cloud lets the account use is not this pod's, which has no account. */
const IN_BUCKET = `if [ -n "$BACKUP_BUCKET" ] && [ -n "$AWS_ACCESS_KEY_ID" ]; then exec ${BUCKET} list; fi`;
const ON_VOLUME = 'exec find "$1" -maxdepth 1 -type f -name "*.backup" -printf "%s %f\\n"';
const READ = `if [ -f "$1/$2" ]; then exec cat "$1/$2"; else exec ${BUCKET} get "$2"; fi`;

/**
 * Copies the backups that the schedule has written from their volume and from S3 to this machine, through a pod
 * that reaches both.
 *
 * @param folder Is made where it does not exist. A file that is there with the same size is not copied again.
 * @throws NotStarted if the lab or class has no schedule, or cannot be reached; Error if S3 does not list its backups, once
 *   those of the volume are copied
 */
export async function fetchBackups(folder: string): Promise<void> {
  const { config, job } = await beforeStart(async () => {
    const cluster = await answeringCluster();
    return { config: cluster, job: await scheduleOf(cluster) };
  });
  const copied: string[] = [];
  let all: RemoteFile[] = [];
  await runSteps([
    {
      title: `Copy backups to ${folder}`,
      run: async (report) => {
        await mkdir(folder, { recursive: true });
        await withVolume(config, job, async (place, path) => {
          const found = await listBackups((script) =>
            askPod(config, place, ["sh", "-c", script, "sh", path], { signal: interruption }),
          );
          all = found.files;
          for (const file of all) {
            const target = join(folder, file.name);
            if ((await stat(target).catch(() => undefined))?.size === file.bytes) continue;
            report(`${file.name}, ${megabytes(file.bytes)}`);
            await copy(config, place, { path, ...file }, target);
            copied.push(file.name);
          }
          if (found.problem !== undefined) throw found.problem;
        });
      },
      remedy: `npm run kubectl -- get pods -n ${job.metadata?.namespace ?? ""} shows what runs; what was copied whole is there`,
    },
  ]);
  tellData({
    folder,
    backups: all.map(({ name, bytes }) => ({ name, bytes, copied: copied.includes(name) })),
  });
  console.log(
    all.length === 0
      ? "There is no backup yet; npm run kubectl -- get jobs -n " + (job.metadata?.namespace ?? "")
      : `${copied.length} of ${all.length} backups were copied to ${folder}; the others were there.`,
  );
}

/**
 * What is in both places. Those of the volume are there also where S3 does not answer.
 *
 * @param ask Runs a script of the shell in the pod.
 */
export async function listBackups(
  ask: (script: string) => Promise<string>,
): Promise<{ readonly files: RemoteFile[]; readonly problem: Error | undefined }> {
  const inBucket = await ask(IN_BUCKET).catch(errorOf);
  // Last, so that a name that is in both places is that of the volume.
  const onVolume = await ask(ON_VOLUME);
  if (typeof inBucket === "string") return { files: filesIn(inBucket + onVolume), problem: undefined };
  const problem = new Error(`the backups on the volume are copied, those in S3 are not: ${inBucket.message}`);
  return { files: filesIn(onVolume), problem };
}

/** @throws Error with a remedy if there is none */
async function scheduleOf(config: KubeConfig): Promise<V1CronJob> {
  const found = await backupCronJob(config, stackName);
  if (found === undefined) {
    throw new Error(
      `the cluster has no backups on a schedule of ${stackName}` +
        "\n  remedy: docs/how-to/back-up.md says how to set one; npm run backup -- FILE makes one now",
    );
  }
  return found;
}

async function copy(
  config: KubeConfig,
  place: PodContainer,
  { path, name, bytes }: RemoteFile & { readonly path: string },
  target: string,
): Promise<void> {
  const draft = `${target}.partial`;
  try {
    const output = createWriteStream(draft, { mode: 0o600 });
    const read = ["sh", "-c", READ, "sh", path, name];
    await execInPod(config, place, read, { output, signal: interruption });
    const { size } = await stat(draft);
    if (size !== bytes) throw new Error(`${name}: ${size} of ${bytes} bytes came`);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Works with a pod that has the volume and the bucket, and neither the account nor the passphrase; it is deleted afterwards. */
async function withVolume(
  config: KubeConfig,
  job: V1CronJob,
  work: (place: PodContainer, path: string) => Promise<void>,
): Promise<void> {
  const { core } = clusterOf(config);
  const namespace = job.metadata?.namespace ?? "";
  const { metadata } = await core.createNamespacedPod({ namespace, body: readerOf(job) });
  const name = metadata?.name ?? "";
  try {
    let standing = "";
    const runs = async (): Promise<boolean> => {
      const { status } = await core.readNamespacedPod({ namespace, name });
      const waiting = status?.containerStatuses?.[0]?.state?.waiting?.reason;
      standing = waiting ?? status?.conditions?.find((each) => each.status === "False")?.message ?? "";
      return status?.phase === "Running";
    };
    await until(runs, {
      ...{ seconds: PATIENCE, signal: interruption },
      late: () => `the pod ${name} in ${namespace} does not run after ${PATIENCE} s: ${standing}`,
    });
    const path = readerOf(job).spec?.containers[0]?.volumeMounts?.[0]?.mountPath ?? "";
    await work({ namespace, pod: name, container: "backup" }, path);
  } finally {
    await finishing(async () => {
      await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 }).catch((error: unknown) => {
        if (statusOf(error) !== 404) console.error(`the pod ${name} is left: ${reasonOf(error)}`);
      });
    });
  }
}

/** A pod like that of a backup, which waits. */
export function readerOf({ spec }: V1CronJob): V1Pod {
  const {
    containers = [],
    volumes = [],
    securityContext,
    imagePullSecrets,
  } = spec?.jobTemplate.spec?.template.spec ?? {};
  const [container] = containers;
  const volume = volumes.find((each) => each.persistentVolumeClaim !== undefined);
  if (container === undefined || volume === undefined) throw new Error(`${BACKUP_NAME} has no volume`);
  const mounts = (container.volumeMounts ?? []).filter((each) => each.name === volume.name);
  return {
    metadata: { generateName: `${BACKUP_NAME}-fetch-` },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      activeDeadlineSeconds: LIFETIME,
      ...(securityContext === undefined ? {} : { securityContext }),
      ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
      containers: [
        {
          name: "backup",
          ...(container.image === undefined ? {} : { image: container.image }),
          command: ["sleep", String(LIFETIME)],
          // The way to the bucket.
          ...(container.env === undefined ? {} : { env: container.env }),
          ...(container.resources === undefined ? {} : { resources: container.resources }),
          ...(container.securityContext === undefined ? {} : { securityContext: container.securityContext }),
          volumeMounts: mounts.map((each) => ({ ...each, readOnly: true })),
        },
      ],
      volumes: [volume],
    },
  };
}

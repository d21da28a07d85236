import { version } from "../../../package.json";
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import pRetry from "p-retry";
import type { BackupTarget } from "../../../stacks";
import { messageOf } from "../../support/errors";
import { FORMAT } from "../file/header";
import { type Manifest, NOT_INCLUDED, SETTINGS_FILE } from "../file/manifest";
import { BackupWriter } from "../file/writer";
import { backUpLab, type Watch } from "../labs/back-up-lab";
import type { LabSource } from "../parts/access";
import { megabytes } from "../parts/artifacts";
import { type Bucket, copyTo } from "./bucket";
import { backupName, prune, removePartial } from "./kept-files";
import { lostFiles } from "./lost-files";

const HOUR = 3_600_000;
/** Milliseconds that one lab may take: a student's that never ends must not keep the others from theirs. */
const LONGEST = HOUR;
/** Milliseconds after which nobody writes to an unfinished file any more: its job has ended by then, after six hours. */
export const ABANDONED = 6 * HOUR + 600_000;

/** How {@link backUpAll} works. */
export interface BackUpAllOptions {
  readonly folder: string;
  readonly passphrase: string;
  /** Number of backups of each lab that stay. */
  readonly keep: number;
  /** Where they are copied to. @default nowhere */
  readonly bucket?: Bucket | undefined;
  readonly open: (target: BackupTarget, watch: Required<Watch>) => Promise<LabSource>;
  /** Takes a line of the log. */
  readonly tell: (line: string) => void;
  /** Takes what somebody has to look at although nothing has failed. */
  readonly warn: (line: string) => void;
  /** Ends all. */
  readonly signal: AbortSignal;
  /** Milliseconds before the second and last try of a lab. @default a minute */
  readonly pause?: number;
}

/** A stack that has no new backup. */
export interface FailedBackup {
  readonly stack: string;
  readonly reason: string;
}

/**
 * Writes a backup of each lab to a file of its own, reads it back, and then removes the older ones that are too many. One
 * with the only files of a model version stays. Then it is copied to the bucket, where there is one. What fails is tried
 * once more; it keeps no other lab from its backup.
 *
 * @returns the stacks whose backup failed, each with the reason
 * @throws the signal's reason when it is aborted
 */
export async function backUpAll(
  targets: readonly BackupTarget[],
  options: BackUpAllOptions,
): Promise<FailedBackup[]> {
  const { folder, passphrase, keep, bucket, tell, warn, signal, pause = 60_000 } = options;
  removePartial(folder, new Date(Date.now() - ABANDONED));
  const failed: FailedBackup[] = [];
  for (const target of targets) {
    const { stack } = target;
    const again = ({ error }: { error: Error }): void => tell(`${stack}: failed: ${messageOf(error)}`);
    const retrying = { retries: 1, minTimeout: pause, signal, onFailedAttempt: again };
    try {
      const made = await pRetry(() => backUpOne(target, options), retrying);
      const { versions, heldBy } = await lostFiles(made, { folder, stack, passphrase });
      if (heldBy.length > 0) {
        warn(
          `${stack}: MLflow has no file of ${versions.join(", ")} any more; not removed, because they may be in it: ${heldBy.join(", ")}`,
        );
      }
      const spared = [made.name, ...heldBy];
      for (const file of prune(folder, stack, keep, spared)) tell(`${stack}: removed ${file}`);
      if (bucket !== undefined) {
        await pRetry(() => copyTo(bucket, { folder, stack, keep, spared, tell }), retrying);
      }
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ stack, reason: messageOf(error) });
    }
  }
  return failed;
}

async function backUpOne(
  target: BackupTarget,
  options: BackUpAllOptions,
): Promise<{ readonly name: string; readonly manifest: Manifest }> {
  const { folder, passphrase, open, tell } = options;
  const { stack } = target;
  const now = new Date();
  const name = backupName(stack, now);
  const path = join(folder, name);
  const about = { created: now.toISOString(), project: version };
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LONGEST)]);
  const watch = { report: everyTenSeconds((line) => tell(`${stack}: ${line}`)), signal };
  const writer = await BackupWriter.open(path, passphrase, about);
  try {
    const lab = await open(target, watch);
    const record = await backUpLab(lab, writer, watch).finally(() => lab.close());
    await writer.add(SETTINGS_FILE, "[]");
    const manifest = await writer.finish({
      ...{ format: FORMAT, id: randomUUID(), ...about, name: stack },
      ...{ kind: target.student === null ? "lab" : "class", labs: [record], settings: [] },
      notIncluded: [...NOT_INCLUDED, "settings of the stack: a backup on a schedule cannot read them"],
    });
    tell(summary(path, manifest));
    return { name, manifest };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function summary(path: string, { labs }: Manifest): string {
  const [lab] = labs;
  const notes = (lab?.notes ?? []).map((note) => `\n  note: ${note}`);
  return (
    `${lab?.stack ?? ""}: wrote ${path} with ${megabytes(statSync(path).size)}, and read it back: ` +
    `${lab?.database.runs ?? 0} runs, ${lab?.database.versions ?? 0} model versions, ${lab?.images.length ?? 0} images` +
    notes.join("")
  );
}

/** Passes a line on unless another one was ten seconds before. */
function everyTenSeconds(tell: (line: string) => void): (line: string) => void {
  let last = 0;
  return (line) => {
    if (Date.now() - last < 10_000) return;
    last = Date.now();
    tell(line);
  };
}

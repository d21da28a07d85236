import { version } from "../../package.json";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { answeringCluster } from "../engine/cluster-access";
import { runSteps, type Step } from "../machine/steps/steps";
import { beforeStart, Failed } from "../support/errors";
import { interruption } from "../support/interruption";
import { tellData } from "../support/output";
import { FORMAT } from "./file/header";
import { type Manifest, NOT_INCLUDED, SETTINGS_FILE } from "./file/manifest";
import { checkBackup, findBackup, unlocked } from "./file/reader";
import { BackupWriter } from "./file/writer";
import { backUpLab } from "./labs/back-up-lab";
import { LabRecords, missingText } from "./labs/lab-records";
import { withLab } from "./labs/open-lab";
import { findStacks, type LabStacks, settingsOf } from "./labs/stacks";
import { megabytes } from "./parts/artifacts";
import { backupPassphrase } from "./passphrase";
import { fetchBackups } from "./schedule/fetch";
import { backupText, dataOf } from "./text";

export interface BackupOptions {
  force?: boolean;
  only?: string[];
  check?: boolean;
  /** Whether the target is a folder for the backups of the schedule. */
  fetch?: boolean;
}

/** Writes a backup of the lab or the class, checks one, or fetches those of the schedule. */
export async function backup(target: string, options: BackupOptions): Promise<void> {
  if (options.check === true) return check(target);
  if (options.fetch === true) return fetchBackups(target);
  const { passphrase, stacks } = await beforeStart(() => begin(target, options));
  const about = { created: new Date().toISOString(), project: version };
  const writer = await beforeStart(() => BackupWriter.open(target, passphrase, about));
  let contents: Omit<Manifest, "files">;
  let manifest: Manifest | undefined;
  // What is there is replaced by nothing less than all.
  const labs = new LabRecords(stacks.labs.length > 1 && !existsSync(target));
  try {
    await runSteps([
      ...stacks.labs.map((stack): Step => ({
        title: `Back up ${stack.student ?? stack.stack}`,
        run: (report) =>
          labs.take(stack.student ?? stack.stack, async () =>
            withLab(await answeringCluster(), stack, report, (lab) =>
              backUpLab(lab, writer, { report, signal: interruption }),
            ),
          ),
        remedy:
          "npm run status shows what runs; nothing was changed in the lab, and no file was written" +
          (stacks.labs.length > 1
            ? ". Another FILE takes the others without it, or name them with --only"
            : ""),
      })),
      {
        title: "Settings and manifest",
        run: async () => {
          labs.requireSome();
          contents = await contentsOf(writer, stacks, labs, about);
        },
        remedy: "npm run status shows what runs; make room where a disk is full. No file was written",
      },
      {
        title: `Check ${target}`,
        run: async (report) => {
          manifest = await writer.finish(contents, (done, all) =>
            report(`${megabytes(done)} of ${megabytes(all)}`),
          );
        },
        remedy: "write it to another disk. No file was written",
      },
    ]);
  } catch (error) {
    await writer.abort();
    throw error;
  }
  if (manifest !== undefined) await told(target, manifest);
  if (labs.missing.length === 0) return;
  const names = labs.missing.map(({ name }) => name).join(" ");
  throw new Failed(
    `${missingText(labs.missing)}\n  remedy: ${target} has the others. npm run class -- status --roster FILE shows what runs; then ` +
      `npm run backup -- OTHER --only ${names}`,
  );
}

/** @throws Error with a remedy if the file is there, or there is nothing to back up */
async function begin(
  target: string,
  { force, only }: BackupOptions,
): Promise<{ passphrase: string; stacks: LabStacks }> {
  if (existsSync(target) && force !== true) {
    throw new Error(`${target} exists\n  remedy: name another file, or replace this one with --force`);
  }
  const stacks = await findStacks(only);
  await answeringCluster();
  return { passphrase: await backupPassphrase(true), stacks };
}

/** Adds the settings. @returns what the manifest says, but for the files */
async function contentsOf(
  writer: BackupWriter,
  stacks: LabStacks,
  { taken, missing }: LabRecords,
  about: Pick<Manifest, "created" | "project">,
): Promise<Omit<Manifest, "files">> {
  const settings = await settingsOf(stacks);
  await writer.add(SETTINGS_FILE, JSON.stringify(settings, null, 2));
  return {
    format: FORMAT,
    id: randomUUID(),
    ...about,
    name: stacks.name,
    kind: stacks.kind,
    labs: taken,
    settings: settings.map(({ key, value, secret }) => ({ key, value: secret ? null : value })),
    notIncluded: [
      ...NOT_INCLUDED,
      ...missing.map(({ name }) => `the student ${name}, who could not be backed up`),
    ],
  };
}

/** Reads a backup to its end, and says what is in it. */
async function check(target: string): Promise<void> {
  const { file, passphrase } = await beforeStart(async () => ({
    file: await findBackup(target),
    passphrase: await backupPassphrase(false),
  }));
  const manifest = await checkBackup(await unlocked(file, passphrase));
  await told(target, manifest);
}

async function told(target: string, manifest: Manifest): Promise<void> {
  const { size } = await stat(target);
  tellData(dataOf(target, size, manifest));
  console.log(`\n${backupText(target, size, manifest)}`);
}

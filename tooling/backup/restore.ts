import { writeFile } from "node:fs/promises";
import { json } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { answeringCluster } from "../engine/cluster-access";
import { withLockUnless } from "../machine/lock";
import { runSteps } from "../machine/steps/steps";
import { beforeStart, messageOf } from "../support/errors";
import { interruption } from "../support/interruption";
import { tellData } from "../support/output";
import { type LabRecord, type Manifest, SETTINGS_FILE } from "./file/manifest";
import {
  type BackupFile,
  checkBackup,
  filesOf,
  findBackup,
  type SealedBackup,
  unlocked,
} from "./file/reader";
import { withLab } from "./labs/open-lab";
import { obstacles, restoreLabs } from "./labs/restore-lab";
import { differingSettings, findStacks, type LabStack, type PlainSetting } from "./labs/stacks";
import { megabytes } from "./parts/artifacts";
import { backupPassphrase } from "./passphrase";
import { backupText, dataOf } from "./text";

export interface RestoreOptions {
  only?: string[];
  dryRun?: boolean;
  /** File that the settings are written to, in place of a restore. */
  writeSettings?: string;
}

/** What is to be restored where. */
interface Plan {
  readonly file: BackupFile;
  readonly manifest: Manifest;
  readonly config: KubeConfig;
  readonly targets: readonly { readonly record: LabRecord; readonly stack: LabStack }[];
}

/** Puts a backup into a lab, or a class, that has no data yet. */
export async function restore(path: string, options: RestoreOptions): Promise<void> {
  const { writeSettings } = options;
  if (writeSettings !== undefined) return beforeStart(() => extractSettings(path, writeSettings));
  const found = await beforeStart(() => findBackup(path));
  return withLockUnless(options.dryRun, () => restoreFrom(found, options));
}

async function restoreFrom(found: SealedBackup, options: RestoreOptions): Promise<void> {
  const { path } = found;
  const { file, manifest, config, targets } = await beforeStart(() => begin(found, options));
  tellData({ ...dataOf(path, file.size, manifest), restored: [] });
  console.log(backupText(path, file.size, manifest));
  const settings = differingSettings(manifest.settings);
  if (settings.length > 0) {
    console.log(`Settings that the backup has and this stack has not:\n  ${settings.join("\n  ")}`);
  }
  const names = targets.map(({ stack }) => stack.stack);
  if (options.dryRun === true) {
    console.log(`Would be restored: ${names.join(", ")}. Nothing was changed.`);
    return;
  }
  await runSteps([
    {
      title: `Restore ${names.join(", ")}`,
      run: (report) =>
        restoreLabs(file, manifest, targets, (stack, work) => withLab(config, stack, report, work), {
          report,
          signal: interruption,
        }),
      remedy: "npm run status shows what runs",
    },
  ]);
  tellData({ ...dataOf(path, file.size, manifest), restored: names });
  console.log(
    `Restored: ${names.join(", ")}. Passwords are those of this lab, not of the backup's: npm run open ` +
      "(npm run class -- outputs) shows them. npm run verify proves that it works.",
  );
}

/** Writes the settings in a backup in the form of a stack's file, the secret ones in plain, for their owner alone. */
async function extractSettings(path: string, target: string): Promise<void> {
  const file = await unlocked(await findBackup(path), await backupPassphrase(false));
  await checkBackup(file);
  for await (const { path: name, content } of filesOf(file)) {
    if (name !== SETTINGS_FILE) continue;
    const settings = (await json(content)) as PlainSetting[];
    const config = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
    await writeFile(target, stringify({ config }), { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
      throw new Error(`${messageOf(error)}\n  remedy: name a file that does not exist yet`);
    });
    const secrets = settings.filter(({ secret }) => secret).map(({ key }) => key);
    console.log(
      `${target} has ${settings.length} settings; in plain, for npm run pulumi -- config set --secret: ${secrets.join(", ") || "none"}`,
    );
  }
}

/** @throws Error with everything that is in the way, each with a remedy; nothing has been changed then */
async function begin(found: SealedBackup, { only }: RestoreOptions): Promise<Plan> {
  const file = await unlocked(found, await backupPassphrase(false));
  const shown = { last: 0 };
  const manifest = await checkBackup(file, (done, all) => {
    if (Date.now() - shown.last < 10_000) return;
    if (shown.last > 0) console.error(`${found.path}: checked ${megabytes(done)} of ${megabytes(all)}`);
    shown.last = Date.now();
  });
  const config = await answeringCluster();
  const targets = await targetsOf(manifest, only);
  const problems: string[] = [];
  const silently = (): void => undefined;
  for (const { record, stack } of targets) {
    await withLab(config, stack, silently, async (lab) => {
      const emptying =
        stack.student === null
          ? "npm run down, then npm run up, which deletes what is there (npm run backup -- OTHER first keeps it)"
          : `npm run class -- reset --roster FILE --only ${stack.student}, which deletes what is there`;
      problems.push(...(await obstacles(lab, record, manifest, emptying)));
    });
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { file, manifest, config, targets };
}

/** The labs of the backup that are asked for, each with the stack that takes it. */
async function targetsOf(manifest: Manifest, only: readonly string[] | undefined): Promise<Plan["targets"]> {
  const wanted = manifest.labs.filter(({ student }) => only === undefined || only.includes(student ?? ""));
  const lost = (only ?? []).filter((id) => !manifest.labs.some(({ student }) => student === id));
  if (lost.length > 0) {
    const has = manifest.labs.map(({ student, stack }) => student ?? stack).join(", ");
    throw new Error(`the backup has no ${lost.join(", ")}; it has ${has}\n  remedy: name others with --only`);
  }
  const stacks = await findStacks(undefined);
  if (stacks.kind !== manifest.kind) {
    throw new Error(
      `the backup is of a ${manifest.kind}, and ${stacks.name} is a ${stacks.kind}` +
        "\n  remedy: GOURMETGRAM_STACK names the stack or the class to restore into",
    );
  }
  const targets = wanted.flatMap((record) => {
    const stack = stacks.labs.find(({ student }) => student === record.student);
    return stack === undefined ? [] : [{ record, stack }];
  });
  const missing = wanted.filter((record) => !targets.some((each) => each.record === record));
  if (missing.length > 0) {
    const names = missing.map(({ student }) => student ?? "").join(" ");
    throw new Error(
      `the class ${stacks.name} has no stack of ${names}` +
        "\n  remedy: npm run class -- up --roster FILE with them in the roster, or name others with --only",
    );
  }
  return targets;
}

/**
 * The program of the CronJob: backs up all labs that have told it of themselves.
 *
 *     node in-cluster.js FOLDER_OF_LABS FILE_WITH_PASSPHRASE FOLDER_OF_BACKUPS KEEP
 *
 * With BACKUP_BUCKET in the environment, as `bucket.py` reads it, they are copied to S3.
 *
 * It is bundled into one file, so it imports nothing that needs Pulumi (components/backup/backup-program.ts).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { BackupTarget } from "../../../stacks";
import { messageOf } from "../../support/errors";
import { interrupted, interruption, listenForSignals } from "../../support/interruption";
import { accessOf } from "../labs/access-of";
import { backUpAll } from "./back-up-all";
import { bucketOf } from "./bucket";
import { shortOfRoom } from "./kept-files";
import { LOST_FILES_REMEDY } from "./lost-files";

/** Where the kubelet reads why a container ended, which `status` shows. It is there in each pod, and nowhere else. */
const TERMINATION_LOG = "/dev/termination-log";

/** The labs, each in a file that its stack has written. */
function targetsIn(folder: string): BackupTarget[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as BackupTarget);
}

async function main([labs = "", passphraseFile = "", folder = "", keep = ""]: string[]): Promise<void> {
  listenForSignals();
  const config = new KubeConfig();
  config.loadFromCluster();
  const targets = targetsIn(labs);
  console.log(`labs: ${targets.map(({ stack }) => stack).join(", ") || "none"}`);
  if (targets.length === 0) {
    // As in a class whose base is up before its students.
    const problem = "nothing is backed up: no lab is up that has told the backups of itself";
    const remedy = "npm run class -- up --roster FILE; for a single lab, npm run up";
    console.error(`warning: ${problem}\n  remedy: ${remedy}`);
    noteEnd([problem], remedy);
    return;
  }
  const warnings: string[] = [];
  const failed = await backUpAll(targets, {
    folder,
    passphrase: readFileSync(passphraseFile, "utf8"),
    keep: Number(keep),
    bucket: bucketOf(interruption),
    // The registry's guard and its network policy let this pod in; port-forwards into its namespace would let it do more.
    open: (target, watch) => {
      const { own, inCluster } = target.outputs.registry;
      return accessOf(config, target, { registry: own ? `http://${inCluster}` : undefined, ...watch });
    },
    tell: (line) => console.log(line),
    warn: (line) => {
      console.log(`warning: ${line}`);
      warnings.push(line);
    },
    signal: interruption,
  });
  if (failed.length === 0) {
    const problem = await shortOfRoom(folder);
    if (problem !== undefined) console.log(`warning: ${problem}`);
    const problems = [...warnings, ...(problem === undefined ? [] : [problem])];
    if (problems.length > 0) noteEnd(problems, warnings.length > 0 ? LOST_FILES_REMEDY : undefined);
    return;
  }
  const names = failed.map(({ stack }) => stack).join(", ");
  console.error(`failed: ${names}; the reasons are above, and the backups from before are kept`);
  noteEnd([...failed.map(({ stack, reason }) => `${stack}: ${reason.split("\n")[0] ?? ""}`), ...warnings]);
  process.exitCode = 1;
}

/** Tells `status` what is wrong, and what helps where that is not what it says itself. */
function noteEnd(problems: readonly string[], remedy?: string): void {
  if (!existsSync(TERMINATION_LOG)) return;
  const helps = remedy === undefined ? "" : `\n  remedy: ${remedy}`;
  writeFileSync(TERMINATION_LOG, problems.join("; ").slice(0, 1000) + helps);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(messageOf(error));
  noteEnd([messageOf(error)]);
  process.exitCode = interrupted()?.exitCode ?? 1;
});

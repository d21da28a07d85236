import type { Command } from "commander";
import type { BackupOptions } from "../backup/backup";
import type { RestoreOptions } from "../backup/restore";
import { path } from "./arguments";
import { withHelp, withJson } from "./declare";

/** The commands that copy the data of a lab or a class to a file, and back. */
export function dataCommands(program: Command): void {
  const backup = program
    .command("backup")
    .description(
      "write models, runs, repositories, images and settings of a lab or a class to one encrypted file",
    )
    .argument("<file>", "the backup", path)
    .option("--only <id...>", "these students of a class alone")
    .option("--force", "replace the file if it exists")
    .option("--check", "read a backup to its end instead, and say what is in it")
    .action(async (file: string, options: BackupOptions) =>
      (await import("../backup/backup.js")).backup(file, options),
    );
  withHelp(withJson(backup), {
    notes:
      "GOURMETGRAM_STACK names the lab or the class. Nothing is changed in it, and runs go on meanwhile. GOURMETGRAM_BACKUP_PASSPHRASE\n" +
      "encrypts the file; without it, the terminal is asked. Nobody reads the file without it: keep it elsewhere.\n" +
      "Passwords and Argo's list of runs are not in a backup.",
    examples: ["backup -- lab.backup", "backup -- alice.backup --only alice", "backup -- lab.backup --check"],
    exit: {
      1: "failed, no file was written, or without students who could not be backed up, who are named; with --check, the file is damaged",
      2: "not started: the file exists, no passphrase, or the lab cannot be reached",
    },
  });

  const restore = program
    .command("restore")
    .description("put a backup into a lab or a class that is up and has no data yet")
    .argument("<file>", "the backup", path)
    .option("--only <id...>", "these students of a class alone")
    .option("--dry-run", "check the file and the lab, say what would be done, and change nothing")
    .option(
      "--write-settings <file>",
      "write the settings, secret ones in plain, to a new file instead, and change nothing",
      path,
    )
    .action(async (file: string, options: RestoreOptions) =>
      (await import("../backup/restore.js")).restore(file, options),
    );
  withHelp(withJson(restore), {
    notes:
      "The file is read to its end and compared with its own list before anything is changed. A lab with runs, models, pushed\n" +
      "branches or a version in staging is refused. An interrupted restore is continued by the same command.",
    examples: [
      "restore -- lab.backup",
      "restore -- class.backup --only alice bob",
      "restore -- lab.backup --dry-run",
    ],
    exit: {
      1: "the restore failed or did not end: run it again",
      2: "nothing was changed: wrong passphrase, damaged file, lab with data or of other versions",
    },
  });
}

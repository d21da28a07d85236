/** Name of the CronJob, and of the data on its volume. People start a job from it, so it is not generated. */
export const BACKUP_NAME = "gourmetgram-backup";

/** Seconds after which a job has failed, and nobody writes to its files any more. */
export const BACKUP_DEADLINE = 6 * 3600;

/** The service account of the backups, in their namespace. */
export const BACKUP_ACCOUNT = "backup";

/** The Secret with all labs. Its name is fixed, so that the stacks of students find it by the namespace alone. */
export const BACKUP_LABS = "gourmetgram-backup-labs";

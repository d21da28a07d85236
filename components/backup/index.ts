/** Backups of labs on a schedule, to a volume in the cluster, and to S3. */
export { Backup, BACKUP_RESOURCES } from "./backup";
export type { BackupBucket } from "./backup-bucket";
export { BackupAccess } from "./backup-access";
export { BACKUP_ACCOUNT, BACKUP_DEADLINE, BACKUP_LABS, BACKUP_NAME } from "./backup-names";
export { BACKUP_RIGHTS } from "./backup-rights";
export { bundleBackupProgram } from "./backup-program";

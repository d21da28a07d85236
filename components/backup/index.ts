/** Backups of labs on a schedule, to a volume in the cluster, and to S3. */
export { Backup, BACKUP_NAME, BACKUP_RESOURCES } from "./backup";
export type { BackupBucket } from "./backup-bucket";
export { BACKUP_ACCOUNT, BACKUP_RIGHTS, BackupAccess } from "./backup-access";
export { bundleBackupProgram } from "./backup-program";

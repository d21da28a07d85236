/** Backups of labs on a schedule, to a volume in the cluster. */
export { Backup, BACKUP_NAME, BACKUP_RESOURCES } from "./backup";
export { BACKUP_ACCOUNT, BACKUP_RIGHTS, BackupAccess } from "./backup-access";
export { bundleBackupProgram } from "./backup-program";

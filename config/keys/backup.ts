import * as check from "../values/checks";
import { labAndBase } from "./scopes";

export const BACKUP = {
  backupSchedule: labAndBase.optional(
    "When backups are written to a volume in the cluster, as a cron string of five fields, in UTC: of the lab, or of " +
      "each student of a class. Empty for none. Needs backupPassphrase.",
    "0 3 * * *",
    check.cron,
  ),
  backupPassphrase: labAndBase.secret(
    "What the backups of backupSchedule are encrypted with: at least 12 characters. Nobody reads them without it, so keep " +
      "it elsewhere too.",
    check.passphrase,
  ),
  backupSuspended: labAndBase.flag("Whether backupSchedule is suspended. The backups stay."),
  backupStorage: labAndBase.volume(
    "Size of the volume of the backups. A lab of one training takes about 1 GB for each backup that is kept, and one more.",
    "10Gi",
  ),
  backupKeep: labAndBase.integer(
    "Number of backups of each lab that stay. Older ones are removed when a newer one was read back whole.",
    7,
    [1, 365],
  ),
  backupBucket: labAndBase.optional(
    "Place in S3, as s3://bucket/path, to which each backup of backupSchedule is copied, and where backupKeep of each lab " +
      "stay. Empty for the volume alone.",
    "s3://bucket/backups",
    check.s3Uri,
  ),
  backupS3Endpoint: labAndBase.optional(
    "Address of an S3 service that is not Amazon's, such as https://s3.example.org.",
    "https://s3.example.org",
    check.httpUrl,
  ),
  backupS3AccessKeyId: labAndBase.secret(
    "Access key for backupBucket, which may list, read, write and delete below its path. Needs backupS3SecretAccessKey. " +
      "Empty where the ServiceAccount backup may use the bucket by a workload identity of the cloud.",
  ),
  backupS3SecretAccessKey: labAndBase.secret("Secret key for backupBucket. Needs backupS3AccessKeyId."),
  backupNamespace: labAndBase.text(
    "Namespace of the backups. The stack creates it with backupSchedule.",
    "gourmetgram-backup",
    check.namespaceName,
  ),
};

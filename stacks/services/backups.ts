import { Backup, type BackupBucket, bundleBackupProgram } from "../../components/backup";
import { portOf } from "../../components/class";
import { BuiltImage, IMAGES } from "../../components/images";
import type { RegistryTarget } from "../../components/registry";
import type { BaseConfig, LabConfig } from "../../config";

/** The backups on a schedule; undefined where none is set. */
export function backupsOf(config: LabConfig | BaseConfig, registry: RegistryTarget): Backup | undefined {
  const { backupSchedule, backupPassphrase } = config;
  if (backupSchedule === undefined || backupPassphrase === undefined) return undefined;
  bundleBackupProgram();
  const image = new BuiltImage("backup-image", {
    source: IMAGES.backup,
    baseImage: config.pythonBaseImage,
    registry,
    platform: config.platform,
  });
  return new Backup("backup", {
    namespace: config.backupNamespace,
    image: image.reference,
    registry,
    schedule: backupSchedule,
    suspended: config.backupSuspended,
    passphrase: backupPassphrase,
    keep: config.backupKeep,
    storage: config.backupStorage,
    storageClass: config.storageClass,
    bucket: bucketOf(config),
    apiServerAddresses: config.apiServerAddresses,
    apiServerPorts: config.apiServerPorts,
  });
}

/** Where backups are copied to; nothing where they stay on the volume alone. */
function bucketOf(config: LabConfig | BaseConfig): BackupBucket | undefined {
  const { backupBucket, backupS3Endpoint, backupS3AccessKeyId, backupS3SecretAccessKey } = config;
  if (backupBucket === undefined) return undefined;
  return {
    address: backupBucket,
    endpoint: backupS3Endpoint,
    port: portOf(backupS3Endpoint ?? "https://s3.amazonaws.com"),
    credentials:
      backupS3AccessKeyId === undefined || backupS3SecretAccessKey === undefined
        ? undefined
        : { accessKeyId: backupS3AccessKeyId, secretAccessKey: backupS3SecretAccessKey },
  };
}

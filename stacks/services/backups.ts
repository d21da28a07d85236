import { Backup, bundleBackupProgram } from "../../components/backup";
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
    apiServerAddresses: config.apiServerAddresses,
    apiServerPorts: config.apiServerPorts,
  });
}

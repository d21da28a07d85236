import type { VolumeManifest } from "./manifests";

/** A volume that containers mount. */
export interface Volume {
  readonly manifest: VolumeManifest;
}

/**
 * Room on the node that lives as long as the pod.
 *
 * @param name DNS label.
 * @param sizeLimit Quantity; the pod is evicted when it fills more.
 */
export function emptyDir(name: string, sizeLimit: string): Volume {
  return { manifest: { name, emptyDir: { sizeLimit } } };
}

/** Declaration and mounts from one table, so that no volume is mounted that is not declared. */
export function renderMounts(mounts: Readonly<Record<string, Volume>>): {
  volumes: VolumeManifest[] | undefined;
  volumeMounts: { name: string; mountPath: string }[] | undefined;
} {
  const entries = Object.entries(mounts);
  if (entries.length === 0) {
    return { volumes: undefined, volumeMounts: undefined };
  }
  return {
    volumes: [...new Set(entries.map(([, volume]) => volume.manifest))],
    volumeMounts: entries.map(([mountPath, volume]) => ({ name: volume.manifest.name, mountPath })),
  };
}

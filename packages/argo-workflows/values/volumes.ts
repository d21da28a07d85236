import type { Input } from "@pulumi/pulumi";
import { compact } from "../manifests/compact";
import type { VolumeManifest, VolumeMountManifest } from "../manifests/template-manifests";

/** A volume that containers mount. */
export interface Volume {
  readonly name: string;
  /** What the template declares that mounts it. */
  readonly manifest: VolumeManifest;
  readonly readOnly?: true;
}

/**
 * Room on the node that lives as long as the pod.
 *
 * @param name DNS label.
 * @param sizeLimit Quantity; the pod is evicted when it fills more.
 */
export function emptyDir(name: string, sizeLimit: string): Volume {
  return { name, manifest: { name, emptyDir: { sizeLimit } } };
}

/**
 * The keys of a Secret as files, which can only be read.
 *
 * @param name DNS label.
 * @param secretName Name of the Secret, in the namespace of the run.
 * @param files File names by key. @default all keys, each as a file of its name
 */
export function secretVolume(
  name: string,
  secretName: Input<string>,
  files?: Readonly<Record<string, string>>,
): Volume {
  const items = files && Object.entries(files).map(([key, path]) => ({ key, path }));
  return { name, manifest: { name, secret: compact({ secretName, items }) }, readOnly: true };
}

/** Declaration and mounts from one table, so that no volume is mounted that is not declared. */
export function renderMounts(mounts: Readonly<Record<string, Volume>>): {
  volumes: VolumeManifest[] | undefined;
  volumeMounts: VolumeMountManifest[] | undefined;
} {
  const entries = Object.entries(mounts);
  if (entries.length === 0) {
    return { volumes: undefined, volumeMounts: undefined };
  }
  return {
    volumes: [...new Set(entries.map(([, { manifest }]) => manifest))],
    volumeMounts: entries.map(([mountPath, { name, readOnly }]) => compact({ name, mountPath, readOnly })),
  };
}

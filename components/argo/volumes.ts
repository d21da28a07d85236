import type { Input } from "@pulumi/pulumi";
import { compact } from "./compact";
import type { VolumeClaimManifest } from "./manifests";
import type { Place, Scope } from "./references";
import type { VolumeManifest, VolumeMountManifest } from "./template-manifests";

/** A volume that containers mount. */
export interface Volume {
  readonly name: string;
  /** Where it can be mounted. @default everywhere: the template that mounts it brings it */
  readonly scope?: Scope;
  /** What the template declares. @default nothing: the workflow does */
  readonly manifest?: VolumeManifest;
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

/** A claim that each run makes for itself: what its pods share. It goes with the run. */
export interface VolumeClaim {
  /** Quantity. */
  readonly storage: string;
  /** @default the cluster's */
  readonly storageClass?: Input<string> | undefined;
}

/** Claims by name, each a DNS label. */
export type VolumeClaims = Readonly<Record<string, VolumeClaim>>;

/** One volume for each claim. */
export type ClaimedVolumes<C> = { readonly [N in keyof C]: Volume };

/** The volumes of a workflow's claims, which its templates alone can mount. */
export function claimedVolumes<C extends VolumeClaims>(claims: C, scope: Scope): ClaimedVolumes<C> {
  return Object.fromEntries(Object.keys(claims).map((name) => [name, { name, scope }])) as ClaimedVolumes<C>;
}

/** The claims as a workflow declares them; nothing if there are none. */
export function renderClaims(claims: VolumeClaims): VolumeClaimManifest[] | undefined {
  const entries = Object.entries(claims);
  return entries.length === 0
    ? undefined
    : entries.map(([name, { storage, storageClass }]) => ({
        metadata: { name },
        spec: compact({
          // Each pod of a run can have it: on one node side by side, on several one after the other.
          accessModes: ["ReadWriteOnce"] as const,
          storageClassName: storageClass,
          resources: { requests: { storage } },
        }),
      }));
}

/** Declaration and mounts from one table, so that no volume is mounted that is not declared. */
export function renderMounts(
  mounts: Readonly<Record<string, Volume>>,
  place: Place,
): { volumes: VolumeManifest[] | undefined; volumeMounts: VolumeMountManifest[] | undefined } {
  const entries = Object.entries(mounts);
  if (entries.length === 0) {
    return { volumes: undefined, volumeMounts: undefined };
  }
  const declared = entries.flatMap(([, { name, scope, manifest }]) => {
    if (scope !== undefined) {
      place.demand(scope, `the volume ${name}`);
    }
    return manifest ?? [];
  });
  return {
    volumes: declared.length === 0 ? undefined : [...new Set(declared)],
    volumeMounts: entries.map(([mountPath, { name, readOnly }]) => compact({ name, mountPath, readOnly })),
  };
}

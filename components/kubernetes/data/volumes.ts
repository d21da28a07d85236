/** Volume claims. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

/** Arguments of {@link singleWriterClaim}. */
export interface VolumeSize {
  /** Size, as a Kubernetes quantity. */
  readonly storage: Input<string>;
  /** Storage class. @default the cluster's default class */
  readonly storageClass?: Input<string> | undefined;
}

/**
 * A claim to a volume that one node mounts at a time: the only kind that every storage class offers.
 *
 * What writes to it must never run twice, so Deployments with such a claim need the strategy `Recreate`.
 */
export function singleWriterClaim(size: VolumeSize): types.input.core.v1.PersistentVolumeClaimSpec {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size.storage } },
    ...(size.storageClass === undefined ? {} : { storageClassName: size.storageClass }),
  };
}

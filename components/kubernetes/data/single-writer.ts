/** Volumes with one writer: their claims, and the Deployments that write to them. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

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

/** Arguments of {@link singleWriterDeployment}. */
export interface SingleWriterArgs {
  readonly name: string;
  readonly namespace: Input<string>;
  /** Of the Deployment and its pod, and what it finds the pod by. */
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: types.input.core.v1.PodSpec;
}

/** A Deployment of one pod that never runs twice: the old one is deleted before the new one starts. */
export function singleWriterDeployment({ name, namespace, labels, pod }: SingleWriterArgs): {
  metadata: types.input.meta.v1.ObjectMeta;
  spec: types.input.apps.v1.DeploymentSpec;
} {
  return {
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      strategy: { type: "Recreate" },
      template: { metadata: { labels }, spec: pod },
    },
  };
}

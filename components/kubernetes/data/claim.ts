import * as k8s from "@pulumi/kubernetes";
import type { Input, Resource } from "@pulumi/pulumi";
import { dataName } from "./name";
import { DATA_LABELS } from "../labels";
import { singleWriterClaim, type VolumeSize } from "./single-writer";

export interface DataClaimArgs extends VolumeSize {
  readonly namespace: Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Whether the claim goes with its namespace alone, and not when it leaves the program.
   *
   * @default true; false for a claim in a namespace that is not the stack's
   */
  readonly withNamespace?: boolean;
}

/**
 * The claim of a volume with data that cannot be made again.
 *
 * A claim's storage class cannot be changed in place: the provider would make an empty claim and delete the old one. So
 * a claim that exists keeps its class; what a setting says applies to one that is yet to be made.
 */
export function dataClaim(
  name: string,
  { namespace, labels, withNamespace = true, ...size }: DataClaimArgs,
  options: { readonly parent: Resource },
): k8s.core.v1.PersistentVolumeClaim {
  return new k8s.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: {
        name: dataName(name),
        namespace,
        labels: { ...labels, ...DATA_LABELS },
        // Where volumes wait for their first pod, the provider would wait until the claim is pending: in vain for one that
        // keepData has kept, which is bound. Whoever waits for the pod waits for the volume.
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: singleWriterClaim(size),
    },
    {
      ...options,
      ignoreChanges: ["spec.storageClassName", "metadata.name"],
      ...(withNamespace ? { retainOnDelete: true } : {}),
    },
  );
}

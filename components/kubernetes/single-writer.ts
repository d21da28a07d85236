/** Deployments whose pod is the only writer of its volume. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

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

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Name of the PriorityClass. */
export const BASE_PRIORITY = "gourmetgram-base";

/** Its value. Pods without a class have 0; those of Kubernetes itself have two billion. */
export const BASE_PRIORITY_VALUE = 100_000;

/**
 * The priority of what all students of a class need: where the cluster is full, a training waits or gives way, and not
 * the registry or Argo's controller.
 *
 * @returns the name of the PriorityClass, known when it exists
 */
export function basePriority(name: string): pulumi.Output<string> {
  const parent = new pulumi.ComponentResource("gourmetgram:index:BasePriority", name);
  return new k8s.scheduling.v1.PriorityClass(
    `${name}-class`,
    {
      metadata: { name: BASE_PRIORITY },
      value: BASE_PRIORITY_VALUE,
      description: "What all students of a class need.",
    },
    { parent },
  ).metadata.name;
}

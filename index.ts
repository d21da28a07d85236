import * as pulumi from "@pulumi/pulumi";
import { loadConfig, type StackConfig } from "./config";
import {
  type ClusterSource,
  configuredCluster,
  baseStack,
  judged,
  type KeptObject,
  labStack,
  studentStack,
} from "./stacks";

/**
 * The program: declares what the stack's settings ask for, and gives the stack's outputs.
 *
 * @param cluster Where to look for what exists already. @default the cluster of the stack's settings
 */
export = async function gourmetgramLab(cluster: ClusterSource = configuredCluster) {
  // Whatever refuses a stack refuses it here, before anything is created.
  const config = loadConfig();
  const { footprint, kept } = await judged(config, cluster);
  return { ...(await stackOf(config, kept)), footprint: pulumi.output(footprint) };
};

/** What a stack can be. Each function reads as a table of contents, and gives the stack's outputs. */
function stackOf(config: StackConfig, kept: readonly KeptObject[]) {
  switch (config.scope) {
    /** Everything in one stack. */
    case "lab":
      return labStack(config, kept);
    /** What a cluster has once for a class: Argo, the registry and the images in it, the builder. */
    case "base":
      return baseStack(config, kept);
    /** What each student of a class has: MLflow, the workflows and the schedule, rights, staging. */
    case "student":
      return studentStack(config, kept);
  }
}

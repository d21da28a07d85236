import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./config";
import {
  type ClusterSource,
  configuredCluster,
  baseStack,
  judged,
  labStack,
  keepVolumes,
  markOwn,
  studentStack,
} from "./stacks";
import { Ownership } from "./components/kubernetes";
/** What a stack can be. Each function reads as a table of contents, and gives the stack's outputs. */
const STACKS = {
  /** Everything in one stack. */
  lab: labStack,
  /** What a cluster has once for a class: Argo, the registry and the images in it, the builder. */
  base: baseStack,
  /** What each student of a class has: MLflow, the workflows and the schedule, rights, staging. */
  student: studentStack,
};

/**
 * The program: declares what the stack's settings ask for, and gives the stack's outputs.
 *
 * @param cluster Where to look for what exists already. @default the cluster of the stack's settings
 */
export = async function gourmetgramLab(cluster: ClusterSource = configuredCluster) {
  // Whatever refuses a stack refuses it here, before anything is created.
  const config = loadConfig();
  const footprint = await judged(config, cluster);
  markOwn(new Ownership("ownership").labels);
  if (config.keepData) keepVolumes();
  return { ...STACKS[config.scope](config), footprint: pulumi.output(footprint) };
};

import * as pulumi from "@pulumi/pulumi";
import { describeFootprint, footprintOf, overBudget } from "../components/footprint";
import type { LabConfig } from "../components/lab-config";
import type { ClusterSource } from "../components/live-cluster";
import type { FootprintOutput } from "../components/outputs";
import { proveWorkflows } from "../components/workflows-proof";
import { takeovers } from "./takeover";

/**
 * Judges a stack before its first resource: its budget and its workflows by the configuration alone, and the names and
 * ports that it needs by a look at the cluster, where there is one to look at. Once a resource has been registered, an
 * error no longer keeps the engine from creating it.
 *
 * @returns what the stack takes
 * @throws pulumi.RunError that lists everything that stands in the way, each with what resolves it
 */
export async function judged(config: LabConfig, source: ClusterSource): Promise<FootprintOutput> {
  const footprint = footprintOf(config);
  const problems = [
    ...section("the stack is above its budget", overBudget(footprint, config.budget)),
    ...(config.scope === "base" ? [] : refusalOf(() => proveWorkflows(config))),
    ...(await conflicts(config, source)),
  ];
  if (problems.length > 0) {
    throw new pulumi.RunError(`${problems.join("\n")}\nNothing has been created or changed.`);
  }
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.info(describeFootprint(footprint));
  }
  return footprint;
}

async function conflicts(config: LabConfig, source: ClusterSource): Promise<string[]> {
  const cluster = await source();
  if (cluster === undefined) return [];
  return section(
    "the cluster has what this stack would take over, or lacks what it needs",
    await takeovers(config, pulumi.getStack(), cluster),
  );
}

/** A heading with lines below it; nothing where there are none. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:\n  ${lines.join("\n  ")}`];
}

/** The message with which a proof refuses; nothing where it does not. */
function refusalOf(proof: () => void): string[] {
  try {
    proof();
    return [];
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    return [error.message];
  }
}

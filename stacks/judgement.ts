import * as pulumi from "@pulumi/pulumi";
import { describeFootprint, footprintOf, overBudget } from "./footprint/footprint";
import { reasonOf } from "../components/kubernetes";
import type { StackConfig } from "../config";
import { type KeptObject, keptData } from "./data/kept-data";
import type { ClusterSource } from "./preflight/live-cluster";
import type { FootprintOutput } from "./outputs/outputs";
import { lintWorkflows } from "../workflows";
import { type Finding, textOf } from "./preflight/finding";
import { preflight } from "./preflight/preflight";

/** What is known of a stack before its first resource. */
export interface Judgement {
  readonly footprint: FootprintOutput;
  readonly kept: readonly KeptObject[];
}

/**
 * Checks a stack before its first resource: its budget and its workflows by the configuration alone, and what it
 * needs of the cluster by an inspection of the cluster, where there is one. Once a resource has been registered, an
 * error no longer keeps the engine from creating it.
 *
 * @returns what the stack takes, and what an earlier one has left for it
 * @throws pulumi.RunError that lists every problem, each with what resolves it
 */
export async function judged(config: StackConfig, source: ClusterSource): Promise<Judgement> {
  const footprint = footprintOf(config);
  const { findings, kept } = await inspected(config, source);
  const problems = [
    ...section("the stack is above its budget", overBudget(footprint, config)),
    ...(config.scope === "base" ? [] : refusalOf(() => lintWorkflows(config))),
    ...conflicts(findings),
  ];
  if (problems.length > 0) {
    throw new pulumi.RunError(`${problems.join("\n")}\nNothing has been created or changed.`);
  }
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.info(describeFootprint(footprint));
  }
  return { footprint, kept };
}

function conflicts(findings: readonly Finding[]): string[] {
  for (const finding of findings.filter(({ warning }) => warning === true)) {
    void pulumi.log.warn(textOf(finding));
  }
  const problems = findings.filter(({ warning }) => warning !== true);
  return section("the cluster does not fit this stack", problems.map(textOf));
}

/** What is found in the cluster. A preview continues without a cluster that cannot be reached, with a warning. */
async function inspected(
  config: StackConfig,
  source: ClusterSource,
): Promise<{ findings: Finding[]; kept: KeptObject[] }> {
  try {
    const cluster = await source();
    if (cluster === undefined) return { findings: [], kept: [] };
    const stack = pulumi.getStack();
    const [findings, kept] = await Promise.all([
      preflight({ config, stack, cluster }),
      keptData(config, stack, cluster),
    ]);
    return { findings, kept };
  } catch (error) {
    const problem = `it cannot be inspected: ${reasonOf(error)}`;
    const remedies = ["kubectl cluster-info, until that answers"];
    return { findings: [{ problem, remedies, warning: pulumi.runtime.isDryRun() }], kept: [] };
  }
}

/** A heading with lines below it; nothing where there are none. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:\n  ${lines.join("\n  ")}`];
}

/** The message of an error with which a check refuses the stack; nothing where it passes. */
function refusalOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    return [error.message];
  }
}

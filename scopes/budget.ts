import * as pulumi from "@pulumi/pulumi";
import { type Budget, describeFootprint, overBudget } from "../components/footprint";
import type { FootprintOutput } from "../components/outputs";

/**
 * Shows in a preview what the stack takes, and holds it to its budget. To be called at the end of the program: until
 * then nothing that the program has asked for is on its way to the engine.
 *
 * @throws pulumi.RunError that names every number above the budget, with what mends it
 */
export function withinBudget(footprint: FootprintOutput, budget: Budget): FootprintOutput {
  const problems = overBudget(footprint, budget);
  if (problems.length > 0) {
    throw new pulumi.RunError(`the stack is above its budget:\n  ${problems.join("\n  ")}`);
  }
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.info(describeFootprint(footprint));
  }
  return footprint;
}

import type { StackConfig } from "../../config";
import type { LiveCluster } from "./live-cluster";

/** Something about a cluster that stands in the way of a stack. */
export interface Finding {
  readonly problem: string;
  /** Commands, or what to do in words, each of which resolves it. */
  readonly remedies: readonly string[];
  /** Whether the stack may work all the same. @default false: it is refused */
  readonly warning?: boolean;
}

/** What a check looks at. */
export interface Inspected {
  readonly config: StackConfig;
  /** Name of the stack. */
  readonly stack: string;
  readonly cluster: LiveCluster;
}

/** Looks at one side of a cluster, and changes nothing. */
export type Inspection = (inspected: Inspected) => Promise<Finding[]>;

/** The finding as text, with a line for each remedy. */
export function textOf({ problem, remedies }: Finding): string {
  return [problem, ...remedies.map((remedy) => `    fix it with: ${remedy}`)].join("\n");
}

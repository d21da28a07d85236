import type { V1Node } from "@kubernetes/client-node";
import type { StackConfig } from "../../config";
import type { LiveCluster } from "./live-cluster";

/** A problem of a cluster that prevents a stack. */
export interface Finding {
  readonly problem: string;
  /** Commands, or what to do in words, each of which resolves it. */
  readonly remedies: readonly string[];
  /** Whether it is only a warning. @default false: the stack is refused */
  readonly warning?: boolean;
}

/** A problem for which the stack is refused, with what resolves it. */
export const refused = (problem: string, ...remedies: readonly string[]): Finding => ({ problem, remedies });

/** A problem with which the stack goes on. */
export const warned = (problem: string, ...remedies: readonly string[]): Finding => ({
  problem,
  remedies,
  warning: true,
});

/** What an inspection works on. */
export interface Inspected {
  readonly config: StackConfig;
  /** Name of the stack. */
  readonly stack: string;
  readonly cluster: LiveCluster;
  /** The cluster's nodes; none for a student's stack, and where this identity may not see them. */
  readonly nodes: readonly V1Node[];
}

/** Inspects one aspect of a cluster, and changes nothing. */
export type Inspection = (inspected: Inspected) => Promise<Finding[]>;

/** The finding as text, with a line for each remedy. */
export function textOf({ problem, remedies }: Finding): string {
  return [problem, ...remedies.map((remedy) => `    fix: ${remedy}`)].join("\n");
}

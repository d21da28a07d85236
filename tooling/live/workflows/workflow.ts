/** What is read of Argo's objects. Field names and meaning are those of Argo Workflows 3.7. */
import type { V1ObjectMeta } from "@kubernetes/client-node";

export interface Parameter {
  readonly name: string;
  readonly value?: string;
}

/** A node of a run: a step, a group of steps, a pod, an attempt at one, or one of several containers of a pod. */
export interface RunNode {
  readonly id: string;
  readonly displayName: string;
  readonly type: string;
  readonly templateName?: string;
  /** Id of the node that it is a part of; for a container, that of its pod. */
  readonly boundaryID?: string;
  readonly phase?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /**
   * Ids of the nodes below or after it; for a step with retries, those of its attempts; for a container, those that wait
   * for it.
   */
  readonly children?: readonly string[];
  readonly outputs?: { readonly parameters?: readonly Parameter[] };
}

/** How a run is started. */
export interface WorkflowSpec {
  readonly workflowTemplateRef?: { readonly name: string };
  readonly arguments?: { readonly parameters?: readonly Parameter[] };
  /** Whether the run waits until someone resumes it. */
  readonly suspend?: boolean;
}

/** A run. */
export interface Workflow {
  readonly metadata: V1ObjectMeta;
  readonly spec: WorkflowSpec;
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly finishedAt?: string;
    readonly nodes?: Readonly<Record<string, RunNode>>;
  };
}

/** A WorkflowTemplate: the templates that a run consists of. */
export interface WorkflowTemplate {
  readonly spec: {
    readonly templates?: readonly {
      readonly name: string;
      readonly container?: { readonly image?: string };
    }[];
  };
}

/** A schedule. */
export interface CronWorkflow {
  readonly metadata: V1ObjectMeta;
  readonly spec: {
    readonly schedules?: readonly string[];
    readonly timezone?: string;
    readonly suspend?: boolean;
    readonly workflowSpec: WorkflowSpec;
    readonly workflowMetadata?: {
      readonly labels?: Record<string, string>;
      readonly annotations?: Record<string, string>;
    };
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

/** The name that the API server gave to the run. */
export function nameOf(run: Workflow): string {
  if (run.metadata.name === undefined) throw new Error("a workflow without a name");
  return run.metadata.name;
}

/** When the run was made, in milliseconds. Custom objects come as they are in JSON, so the time is a text. */
export const createdAt = ({ metadata }: Workflow): number =>
  new Date(metadata.creationTimestamp ?? 0).getTime();

const ENDS: readonly (string | undefined)[] = ["Succeeded", "Failed", "Error"];

export function isOver(run: Workflow): boolean {
  return ENDS.includes(run.status?.phase);
}

/** All nodes, in the order in which they started. */
export function nodesOf(run: Workflow): RunNode[] {
  const begin = (node: RunNode): number => Date.parse(node.startedAt ?? "") || Number.MAX_SAFE_INTEGER;
  return Object.values(run.status?.nodes ?? {}).sort((a, b) => begin(a) - begin(b));
}

/** The node of a step. A step with retries has a node of its own above those of its attempts. */
export function stepOf(run: Workflow, name: string): RunNode | undefined {
  return nodesOf(run).find((node) => node.displayName === name);
}

/** An output of a step; undefined if the step has not run or yields no such output. */
export function outputOf(run: Workflow, step: string, parameter: string): string | undefined {
  return stepOf(run, step)?.outputs?.parameters?.find((each) => each.name === parameter)?.value;
}

/** A parameter that the run was started with. */
export function argumentOf(run: Workflow, parameter: string): string | undefined {
  return run.spec.arguments?.parameters?.find((each) => each.name === parameter)?.value;
}

/** Everything that the run says about itself, a line for each message. */
export function messagesOf(run: Workflow): string[] {
  const own = run.status?.message === undefined ? [] : [`workflow ${nameOf(run)}: ${run.status.message}`];
  const nodes = nodesOf(run)
    .filter((node) => node.message !== undefined && node.message !== "")
    .map((node) => `step ${node.displayName}, ${node.phase ?? "Pending"}: ${node.message ?? ""}`);
  return [...own, ...nodes];
}

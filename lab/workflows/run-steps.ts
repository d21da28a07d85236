import type { Family } from "./family";
import { nameOf, nodesOf, type RunNode, type Workflow } from "./workflow";

/** Types of nodes that only hold others together. */
const GROUPS: readonly string[] = ["Steps", "StepGroup", "DAG", "TaskGroup"];
const OVER: readonly string[] = ["Succeeded", "Failed", "Error", "Skipped", "Omitted"];

/** A step of a run, as people see it: one entry however often it was tried. */
export interface RunStep {
  /** Name of the run. */
  readonly run: string;
  readonly name: string;
  /** Argo's word for where it stands, such as `Running`. */
  readonly phase: string;
  /** How long it has taken so far, or took; undefined if it has not started or was left out. */
  readonly seconds: number | undefined;
  /** What Argo, or the step itself, says about it. */
  readonly message: string | undefined;
  /** Its latest attempt: the node that has a pod. */
  readonly node: RunNode;
}

/** The steps of a run in the order of their start, the exit handler included. */
export function stepsOf(run: Workflow, now = Date.now()): RunStep[] {
  const nodes = nodesOf(run);
  const attempts = new Map(
    nodes
      .filter((node) => node.type === "Retry")
      .map((node) => [node.id, nodes.filter((each) => node.children?.includes(each.id) === true)]),
  );
  const isAttempt = new Set([...attempts.values()].flat().map((node) => node.id));
  return nodes
    .filter((node) => !GROUPS.includes(node.type) && !isAttempt.has(node.id))
    .map((node) => {
      const latest = attempts.get(node.id)?.at(-1) ?? node;
      const phase = node.phase ?? "Pending";
      // A step that was tried more than once says only so; what went wrong is said by its last attempt.
      const message = [latest.message, node.message].find((text) => text !== undefined && text !== "");
      return {
        run: nameOf(run),
        name: stepName(node, run),
        phase,
        seconds: isLeftOut(phase) ? undefined : secondsOf(node, now),
        message,
        node: latest,
      };
    });
}

/** Whether the step has come to its end, or never will begin. */
export function hasEnded({ phase }: Pick<RunStep, "phase">): boolean {
  return OVER.includes(phase);
}

export function hasFailed({ phase }: Pick<RunStep, "phase">): boolean {
  return phase === "Failed" || phase === "Error";
}

/** Whether the phase is that of a step which was not needed. */
export function isLeftOut(phase: string): boolean {
  return phase === "Skipped" || phase === "Omitted";
}

/**
 * The steps that are the reason for a failure, the first one first. If a child failed, they are the child's: the step
 * that waits for it only repeats that it failed.
 */
export function failedSteps({ run, children }: Family): RunStep[] {
  const inner = children.flatMap((child) => stepsOf(child)).filter(hasFailed);
  return inner.length > 0 ? inner : stepsOf(run).filter(hasFailed);
}

/** The step of a run that waits for a child. */
export function startsChild({ node }: RunStep, { children }: Family): boolean {
  return node.templateName === "trigger-build" && children.length > 0;
}

/** Argo names an exit handler after the run; people know it by its template. */
function stepName(node: RunNode, run: Workflow): string {
  return node.displayName === `${nameOf(run)}.onExit`
    ? (node.templateName ?? "exit handler")
    : node.displayName;
}

function secondsOf({ startedAt, finishedAt }: RunNode, now: number): number | undefined {
  const start = Date.parse(startedAt ?? "");
  if (Number.isNaN(start)) return undefined;
  const end = Date.parse(finishedAt ?? "");
  return Math.max(0, Math.round(((Number.isNaN(end) ? now : end) - start) / 1000));
}

import type { Family } from "../workflows/family";
import { EXECUTOR_PATTERN } from "./logs";
import { begunAt, containersOf, hasBegun, type PodContainer, wasEnded } from "./pod-containers";
import { nameOf, nodesOf, type RunNode, type Workflow } from "../workflows/workflow";

/** Types of nodes that only hold others together. */
const GROUPS: readonly string[] = ["Steps", "StepGroup", "DAG", "TaskGroup"];
const OVER: readonly string[] = ["Succeeded", "Failed", "Error", "Skipped", "Omitted"];

/** The container that has the name of its step for people: Argo asks for this one. */
const MAIN = "main";

/** A step of a run, as people see it: one entry however often it was tried, and one for each container of a pod. */
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
  /** Its latest attempt: the node that has a pod, or a container of it. */
  readonly node: RunNode;
  /** True if it did not fail by itself: another container of its pod had failed. */
  readonly stopped?: true;
}

/** The steps of a run in the order of their start, the exit handler included. Containers come when they begin. */
export function stepsOf(run: Workflow, now = Date.now()): RunStep[] {
  const nodes = nodesOf(run);
  const attempts = new Map(
    nodes
      .filter((node) => node.type === "Retry")
      .map((node) => [node.id, nodes.filter((each) => node.children?.includes(each.id) === true)]),
  );
  const isAttempt = new Set([...attempts.values()].flat().map((node) => node.id));
  return nodes
    .filter(({ id, type }) => !GROUPS.includes(type) && type !== "Container" && !isAttempt.has(id))
    .flatMap((node) => {
      const latest = attempts.get(node.id)?.at(-1) ?? node;
      const phase = node.phase ?? "Pending";
      // A step that was tried more than once says only so; what went wrong is said by its last attempt.
      const message = [latest.message, node.message].find((text) => text !== undefined && text !== "");
      const step: RunStep = {
        run: nameOf(run),
        name: stepName(node, run),
        phase,
        seconds: isLeftOut(phase) ? undefined : secondsOf(node, now),
        message,
        node: latest,
      };
      const containers = containersOf(latest, nodes);
      return containers.length === 0 ? step : stepsInPod(step, containers, now);
    })
    .map((step) => ({ ...step, message: explained(step.message) }));
}

const OF_EXECUTOR = new RegExp(String.raw`(^|: )${EXECUTOR_PATTERN}[^\n]*\n?`, "gm");

/** What SIGTERM means where neither a deadline nor kubelet gives a reason: the scheduler gives none. */
export const GAVE_WAY = "ended from outside, as where a pod of higher priority needs its room";

/**
 * A step's message, with what it means where containerd says it of a container that is gone when it starts again (its
 * `restart.go`), or where only a signal tells that a pod had to give way. Where no exit code could be written, as on a full
 * disk, the message is the end of the log, and has the lines of Argo's executor, which go.
 */
const explained = (message: string | undefined): string | undefined =>
  message
    ?.replace(/Unknown \(exit code 255\)/, "$&, its node was restarted")
    .replace(/Error \(exit code 143\)/, `$&, ${GAVE_WAY}`)
    .replace(OF_EXECUTOR, "$1")
    .replace(/\nError: exit status \d+\n?$/, "");

/** The containers of a step's pod that have begun. */
function stepsInPod(step: RunStep, containers: readonly PodContainer[], now: number): RunStep[] {
  const { node: pod } = step;
  const failed = containers.filter((each) => hasBegun(each) && hasFailed({ phase: each.node.phase ?? "" }));
  const known = hasEnded(step) && failed.some(({ node }) => !wasEnded(node));
  return containers.filter(hasBegun).map((container) => {
    const { node } = container;
    const byItself = failed.includes(container) && !wasEnded(node);
    const phase = phaseOf(node, pod, step);
    return {
      run: step.run,
      name: node.displayName === MAIN ? step.name : node.displayName,
      phase,
      seconds: secondsOf({ ...node, startedAt: begunAt(container) }, now),
      // Of what ended it from outside, and of what keeps it from starting, only the pod tells.
      message:
        byItself || node.phase === "Succeeded" || node.phase === "Running" ? node.message : step.message,
      node,
      ...(known && failed.includes(container) && !byItself ? { stopped: true } : {}),
    };
  });
}

function phaseOf(node: RunNode, pod: RunNode, step: RunStep): string {
  const phase = node.phase ?? "Pending";
  // A pod that was never started says nothing of its containers. And while the step goes on, another attempt may follow.
  const said = hasEnded({ phase }) || !hasEnded({ phase: pod.phase ?? "" });
  return said && !(hasFailed({ phase }) && !hasEnded(step)) ? phase : step.phase;
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
  const reasons = (of: Workflow): RunStep[] =>
    stepsOf(of).filter((step) => hasFailed(step) && step.stopped !== true);
  const inner = children.flatMap(reasons);
  return inner.length > 0 ? inner : reasons(run);
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

function secondsOf(
  { startedAt, finishedAt }: { readonly startedAt?: string | undefined; readonly finishedAt?: string },
  now: number,
): number | undefined {
  const start = Date.parse(startedAt ?? "");
  if (Number.isNaN(start)) return undefined;
  const end = Date.parse(finishedAt ?? "");
  return Math.max(0, Math.round(((Number.isNaN(end) ? now : end) - start) / 1000));
}

import { type Family } from "../workflows/family";
import { hasEnded, hasFailed, isLeftOut, type RunStep, startsChild, stepsOf } from "./run-steps";
import { isOver, nameOf, type Workflow } from "../workflows/workflow";

/** One line of what is shown of a run that is followed. */
export interface Row {
  /** The same in each state of the run. */
  readonly id: string;
  readonly text: string;
  readonly state: "active" | "done" | "failed" | "skipped";
  /** How long it has taken; undefined where nothing is measured. */
  readonly seconds: number | undefined;
}

/** A run and its child as lines: each with a line of its own, then its steps. */
export function rowsOf(family: Family, now = Date.now()): Row[] {
  const { run, children } = family;
  // The step that waits for a child gives way to the child.
  const own = stepsOf(run, now).filter((step) => !startsChild(step, family));
  return [
    headerOf(run),
    ...own.map((step) => rowOf(step, "")),
    ...children.flatMap((child) => [
      headerOf(child),
      ...stepsOf(child, now).map((step) => rowOf(step, "  ")),
    ]),
  ];
}

/** Says why a run has not begun, as one that waits for another. */
function headerOf(run: Workflow): Row {
  const begun = stepsOf(run).length > 0 || isOver(run);
  const reason = run.status?.message ?? "not yet seen by Argo";
  return {
    id: nameOf(run),
    text: begun || reason === "" ? nameOf(run) : `${nameOf(run)}: ${reason}`,
    state: begun ? "done" : "active",
    seconds: undefined,
  };
}

function rowOf(step: RunStep, indent: string): Row {
  const waiting = step.phase === "Pending" && step.message !== undefined ? ` (${step.message})` : "";
  const stopped = step.stopped === true ? " (stopped)" : "";
  return {
    id: `${step.run}/${step.name}`,
    text: `${indent}${step.name}${waiting}${stopped}`,
    state: stateOf(step),
    seconds: step.seconds,
  };
}

function stateOf(step: RunStep): Row["state"] {
  if (hasFailed(step)) return "failed";
  if (isLeftOut(step.phase)) return "skipped";
  return hasEnded(step) ? "done" : "active";
}

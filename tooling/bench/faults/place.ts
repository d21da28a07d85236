import { stepsOf } from "../../live/runs/run-steps";
import { type Family, runsOf } from "../../live/workflows/family";
import { nameOf, nodesOf, type RunNode } from "../../live/workflows/workflow";
import type { StepName } from "./parts";

/** A step of a run. */
export interface Place {
  /** Name of the run. */
  readonly run: string;
  readonly node: RunNode;
}

/** Steps that last no longer than a kill. What is killed as their pod starts is away when they begin. */
const BRIEF: readonly StepName[] = ["clone", "download-model"];

/** The step, once its own container runs; a brief one, once its pod is made. */
export function placeOf(family: Family, name: StepName): Place | undefined {
  const places = BRIEF.includes(name)
    ? runsOf(family).flatMap((run) =>
        nodesOf(run)
          .filter(({ displayName, phase = "Pending" }) => displayName === name && UNDER_WAY.includes(phase))
          .map((node) => ({ run: nameOf(run), node })),
      )
    : runsOf(family)
        .flatMap((run) => stepsOf(run))
        .filter((step) => step.name === name && step.node.phase === "Running");
  return places.at(-1);
}

const UNDER_WAY = ["Pending", "Running"];

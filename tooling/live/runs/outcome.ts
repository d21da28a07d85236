import { type Family, runsOf } from "../workflows/family";
import { hasFailed, isLeftOut, stepsOf } from "./run-steps";
import { argumentOf, isOver, outputOf, stepOf } from "../workflows/workflow";

/**
 * How a run ended. `stopped-by-gate` is a success of the lab and not of the model: it failed its tests, so nothing was
 * registered and nothing was built.
 */
export type Verdict = "succeeded" | "failed" | "stopped-by-gate" | "running";

/** What a run has left behind; undefined is what it did not come to. */
export interface Products {
  readonly modelVersion: string | undefined;
  /** `sha256:…` of the application's image. */
  readonly imageDigest: string | undefined;
  /** The image as nodes pull it. */
  readonly image: string | undefined;
  /** Of the application that was built. */
  readonly commit: string | undefined;
  /** Image that the model was trained with. */
  readonly trainingImage: string | undefined;
  /** Address of staging inside the cluster. */
  readonly stagingUrl: string | undefined;
  /** The class that staging's test was answered. */
  readonly prediction: string | undefined;
}

/** How the run ended, or that it has not. */
export function verdictOf({ run }: Family): Verdict {
  if (!isOver(run)) return "running";
  if (run.status?.phase !== "Succeeded") return "failed";
  const build = stepOf(run, "build-container")?.phase;
  return build !== undefined && isLeftOut(build) ? "stopped-by-gate" : "succeeded";
}

/**
 * What came of a training run and its child, or of a build that was started by itself. A training that was retried has
 * more than one child, of which the last counts.
 */
export function productsOf({ run, children }: Family): Products {
  const runs = [run, ...children.slice(-1)];
  const output = (step: string, parameter: string): string | undefined =>
    runs.map((each) => outputOf(each, step, parameter)).find((value) => value !== undefined && value !== "");
  const given = runs.map((each) => argumentOf(each, "model-version")).find((value) => value !== undefined);
  return {
    modelVersion: output("run-training", "model-version") ?? given,
    imageDigest: output("build-image", "image-digest"),
    image: output("build-image", "image"),
    commit: output("build-image", "commit"),
    trainingImage: output("build-image", "training-image"),
    stagingUrl: output("deploy-to-staging", "staging-url"),
    prediction: output("test-staging", "prediction"),
  };
}

/** Where a family stands, in one line: its innermost step that is under way. */
export function standingOf(family: Family): string {
  const { run } = family;
  const steps = runsOf(family).flatMap((each) => stepsOf(each));
  const latest = steps.findLast((step) => step.phase === "Running" || step.phase === "Pending");
  const failed = steps.findLast(hasFailed);
  const step = isOver(run) ? failed : (latest ?? steps.at(-1));
  const message = step === undefined ? run.status?.message : step.message;
  return [
    `${run.metadata.name ?? ""}: ${run.status?.phase ?? "not yet seen by Argo"}`,
    step === undefined ? "" : `, ${step.name} ${step.phase}`,
    message === undefined || message === "" ? "" : ` (${message})`,
  ].join("");
}

import { parametersOf, type ScenarioName, SCENARIOS, type TrainingParameters } from "./scenarios";
import { type NewWorkflow, submission } from "./submission";

/** Annotations that Argo's page shows: in the list, a title in place of the name, and the description below it. */
export const TITLE = "workflows.argoproj.io/title";
export const DESCRIPTION = "workflows.argoproj.io/description";

/** What a training by hand has besides its scenario. */
export interface TrainingOptions {
  /** Another accuracy than the scenario's: a number from 0 to 1, or `random`. */
  readonly accuracy?: string | undefined;
  readonly code?: Pick<TrainingParameters, "branch" | "commit">;
  /** Of the run, besides Argo's own. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A training by hand. Its title tells what it is, its description what will become of it, unless that is open. */
export function trainingOf(
  template: string,
  scenario: ScenarioName,
  { accuracy, code = {}, labels = {} }: TrainingOptions = {},
): NewWorkflow {
  const { metadata, spec } = submission(template, { ...parametersOf(scenario, accuracy, code) }, labels);
  const others = Object.entries({ accuracy, ...code }).filter(([, value]) => value !== undefined);
  const words = [["scenario", scenario], ...others].map((pair) => pair.join(" "));
  const { model, outcome } = SCENARIOS[scenario];
  const lesson = scenario === "normal" ? "" : " Why: docs/explanation/failure-lessons.md";
  const annotations = {
    [TITLE]: `By hand: ${words.join(", ")}`,
    ...(others.length === 0 ? { [DESCRIPTION]: `A model that ${model}: ${outcome}.${lesson}` } : {}),
  };
  return { metadata: { ...metadata, annotations }, spec };
}

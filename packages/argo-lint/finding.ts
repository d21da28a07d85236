import type { Segment, Spot } from "./objects/spot";

/**
 * How bad a finding is: with an `error` the run fails or hangs; with a `warning` it works, but not as it is written;
 * a `note` is worth knowing. `unsupported` is what this proof does not judge, because it lies outside of what was
 * given or of the kinds that it knows.
 */
export type Severity = "error" | "warning" | "note" | "unsupported";

/** The rules, by the name that a finding gives. */
export const RULES = {
  entrypoint: "the entrypoint and the exit handler exist",
  template: "every template is of one kind and form, and names are given once",
  reference: "every template and workflow template that is referred to exists, once",
  arguments: "what is passed is declared, and what is required is passed",
  output: "every reference names a value that is there when it is used",
  skipped: "the output of what can be skipped, or can fail, is not needed then",
  condition: "conditions can be read",
  dependency: "tasks and containers depend on others that exist, in no circle",
  recursion: "no template runs itself without a condition",
  volume: "volumes that are mounted are declared, and claims can be made",
  deadline: "deadlines of children fit in their parents', with what they do at their end",
  schedule: "schedules can be read and fire",
  removed: "nothing is used that Argo 4 has removed",
  lock: "nothing waits for a lock that what waits for it holds",
  resources: "every container has requests and limits, and requests no more than it may take",
  image: "every image is given by its digest",
  yaml: "values are read as what they look like",
  argo: "what Argo's own validator finds (argo lint)",
  kind: "what this proof knows about",
} as const;

/** Name of a rule. */
export type RuleName = keyof typeof RULES;

/** Something that is wrong, or that the proof cannot judge. */
export interface Finding {
  readonly rule: RuleName;
  readonly severity: Severity;
  /** Which of the given objects it is in, counted from 0. */
  readonly object: number;
  /** The object and the place in it: `WorkflowTemplate/train-model spec.templates[run-training].container.image`. */
  readonly where: string;
  /** The place for programs. */
  readonly path: readonly Segment[];
  /** What is wrong. */
  readonly message: string;
  /** What mends it. */
  readonly remedy: string;
}

/** What a rule says of a spot; the object is added by whoever runs the rule. */
export interface Remark {
  readonly rule: RuleName;
  readonly severity: Severity;
  readonly spot: Spot;
  readonly message: string;
  readonly remedy: string;
}

/** A mistake. */
export function wrong(rule: RuleName, spot: Spot, message: string, remedy: string): Remark {
  return { rule, severity: "error", spot, message, remedy };
}

/** Something that works, but not as it is written. */
export function doubtful(rule: RuleName, spot: Spot, message: string, remedy: string): Remark {
  return { rule, severity: "warning", spot, message, remedy };
}

/** Something that is worth knowing. */
export function note(rule: RuleName, spot: Spot, message: string, remedy: string): Remark {
  return { rule, severity: "note", spot, message, remedy };
}

/** Something that is not judged. */
export function unjudged(
  rule: RuleName,
  spot: Spot,
  message: string,
  remedy = "check it by a run: this proof does not",
): Remark {
  return { rule, severity: "unsupported", spot, message, remedy };
}

/** The findings as lines for people. */
export function describe(findings: readonly Finding[]): string {
  return findings
    .map(({ where, message, remedy, rule }) => `${where}: ${message} (${rule})\n    remedy: ${remedy}`)
    .join("\n");
}

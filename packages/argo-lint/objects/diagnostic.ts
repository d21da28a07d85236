import type { Node, Segment } from "./node";

/**
 * How bad it is. `error`: the run fails or hangs, or Argo refuses the object. `warning`: it works, but not as written.
 * `note`: worth knowing. `unsupported`: not checked, because it lies outside of what was given or of what the linter
 * knows.
 */
export type Severity = "error" | "warning" | "note" | "unsupported";

/** What each rule checks, by the rule's name. */
export const RULES = {
  entrypoint: "the entrypoint and the exit handler exist",
  template: "every template has one type and a valid form, and names are unique",
  reference: "every template and workflow template that is referred to exists, once",
  arguments: "arguments are declared, and required ones are passed",
  output: "every reference names a value that exists when it is used",
  skipped: "the output of a step that can be skipped, or can fail, is not required",
  condition: "conditions can be parsed",
  loop: "the items of a loop can be read",
  retry: "limits and pauses of retries can be read",
  dependency: "tasks and containers depend on others that exist, without a cycle",
  recursion: "no template calls itself without a condition",
  volume: "mounted volumes are declared, and claims can be created",
  deadline: "the deadline of a child, with its exit handler, fits in its parent's",
  schedule: "schedules can be parsed, and fire",
  deprecated: "no field is used that Argo 4 does not read",
  lock: "nothing waits for a lock that its own caller holds",
  resources: "every container has requests and limits, and no request exceeds its limit",
  image: "every image is pinned by its digest",
  yaml: "YAML values are read as what they look like",
  argo: "what Argo's own validator finds (argo lint)",
  schema: "fields and types are those of Argo's published schema",
  kind: "what this linter does not check",
} as const;

export type RuleName = keyof typeof RULES;

/** A problem in an object, or a part of it that is not checked. */
export interface Diagnostic {
  readonly rule: RuleName;
  readonly severity: Severity;
  /** Index of the object among those that were given. */
  readonly object: number;
  /** Object and field: `WorkflowTemplate/train-model spec.templates[run-training].container.image`. */
  readonly where: string;
  /** The field for programs. */
  readonly path: readonly Segment[];
  readonly message: string;
  /** What to change. */
  readonly fix: string;
}

/** What a rule reports about a node. The object is added by what runs the rule. */
export interface RuleDiagnostic extends Pick<Diagnostic, "rule" | "severity" | "message" | "fix"> {
  readonly node: Node;
}

type Reporter = (rule: RuleName, node: Node, message: string, fix: string) => RuleDiagnostic;

const reporter =
  (severity: Severity): Reporter =>
  (rule, node, message, fix) => ({ rule, severity, node, message, fix });

export const error = reporter("error");
export const warning = reporter("warning");
export const note = reporter("note");

/** A part that is not checked. */
export function unsupported(
  rule: RuleName,
  node: Node,
  message: string,
  fix = "test it by a run: the linter does not check it",
): RuleDiagnostic {
  return reporter("unsupported")(rule, node, message, fix);
}

/** The diagnostics as lines for people. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ where, message, fix, rule }) => `${where}: ${message} (${rule})\n    fix: ${fix}`)
    .join("\n");
}

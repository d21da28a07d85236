import { parse } from "yaml";
import { type Diagnostic, lint, type LintOptions } from "../../../../packages/argo-lint";
import { referenceText } from "../../../support/argo-text";

/** How Argo writes a reference. */
export const ref = referenceText;

/** A container that is complete. */
export const CONTAINER = "{ image: busybox, command: [echo] }";

/** A Workflow from the YAML text of its spec. */
export function workflow(spec: string, kind = "Workflow", name = "tried"): unknown {
  return { apiVersion: "argoproj.io/v1alpha1", kind, metadata: { name }, spec: parse(spec) as unknown };
}

/** The diagnostics as `rule: place`, the errors only. */
export function errors(objects: unknown, options?: LintOptions): string[] {
  return say(objects, "error", options);
}

/** The diagnostics as `rule: place`, the warnings only. */
export function warnings(objects: unknown, options?: LintOptions): string[] {
  return say(objects, "warning", options);
}

/** The diagnostics as `rule: place`, the notes only. */
export function notes(objects: unknown, options?: LintOptions): string[] {
  return say(objects, "note", options);
}

/** The diagnostics as `rule: place`, those that are not checked only. */
export function unsupported(objects: unknown, options?: LintOptions): string[] {
  return say(objects, "unsupported", options);
}

function say(objects: unknown, severity: Diagnostic["severity"], options?: LintOptions): string[] {
  return lint(Array.isArray(objects) ? objects : [objects], options)
    .filter((each) => each.severity === severity)
    .map(({ rule, where }) => `${rule}: ${where.replace(/^\S+ /, "")}`);
}

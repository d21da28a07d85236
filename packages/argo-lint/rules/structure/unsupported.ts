import { type RuleDiagnostic, unsupported } from "../../objects/diagnostic";
import { callsOf } from "../../flow/calls";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** Expressions without braces, in the same language as those in tags. */
function* expressions(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  const nodes =
    object.kind === "CronWorkflow"
      ? [object.root.in("spec", "when"), object.root.in("spec", "stopStrategy", "expression")]
      : [];
  for (const template of set.templatesOf(object)) {
    const { node } = template;
    nodes.push(
      node.in("retryStrategy", "expression"),
      ...node.in("outputs", "parameters").items.map((each) => each.in("valueFrom", "expression")),
      ...node.in("outputs", "artifacts").items.map((each) => each.at("fromExpression")),
    );
    for (const { node: call } of callsOf(template)) {
      nodes.push(...call.in("arguments", "artifacts").items.map((each) => each.at("fromExpression")));
    }
  }
  for (const node of [...nodes, object.spec.in("retryStrategy", "expression")]) {
    if (node.exists) yield unsupported("kind", node, "expressions are not checked");
  }
}

const UNSUPPORTED_TYPES: Readonly<Record<string, string>> = {
  http: "HTTP templates are not checked",
  plugin: "plugin templates are not checked",
  data: "data templates are not checked",
};

/** What the linter does not check: no message is then no proof. */
export function* unsupportedParts(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* expressions(object, set);
  for (const key of ["hooks", "podSpecPatch"]) {
    const node = object.spec.at(key);
    if (node.exists) {
      yield unsupported("kind", node, `${key} are not checked`);
    }
  }
  for (const template of set.templatesOf(object)) {
    for (const [key, message] of Object.entries(UNSUPPORTED_TYPES)) {
      if (template.node.at(key).exists) {
        yield unsupported("kind", template.node.at(key), message);
      }
    }
    if (template.node.at("podSpecPatch").exists) {
      yield unsupported("kind", template.node.at("podSpecPatch"), "podSpecPatch is not checked");
    }
    for (const { node } of callsOf(template)) {
      if (node.at("hooks").exists) {
        yield unsupported("kind", node.at("hooks"), "when and with what a hook runs is not checked");
      }
    }
  }
}

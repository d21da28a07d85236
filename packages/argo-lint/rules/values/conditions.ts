import { callsOf } from "../../flow/calls";
import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { selectorProblem } from "../../objects/selector";
import type { Node } from "../../objects/node";
import { literal, tagsOf } from "../../expressions/tags";
import { isQuoted, whenProblem } from "../../expressions/when";

/** Conditions can be read, also when the values that Argo pastes into them are empty. */
export function* conditions(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    for (const { node } of callsOf(template)) {
      yield* when(node.at("when"), node.at("withItems"), template, set);
    }
    for (const key of ["successCondition", "failureCondition"]) {
      const node = template.node.in("resource", key);
      const problem = node.text === undefined ? undefined : selectorProblem(node.text);
      if (problem !== undefined) {
        yield error("condition", node, problem, "write it like a label selector: status.phase == Succeeded");
      }
    }
  }
}

function* when(node: Node, items: Node, template: Template, set: WorkflowSet): Generator<RuleDiagnostic> {
  const { text } = node;
  if (text === undefined || text === "") {
    return;
  }
  const problem = whenProblem(text);
  if (problem !== undefined) {
    yield error(
      "condition",
      node,
      `the condition cannot be parsed: ${problem}`,
      "write it as in 'a' == 'b' && 'c' != ''",
    );
    return;
  }
  for (const tag of tagsOf(text)) {
    if (tag.expression) continue;
    const quoted = isQuoted(text, tag.start);
    const values = tag.text === "item" ? items.items.flatMap(known) : knownValues(tag.text, template, set);
    for (const value of values) {
      const filled = `${text.slice(0, tag.start)}${value}${text.slice(tag.end)}`;
      const failure = whenProblem(filled);
      if (failure === undefined) continue;
      yield error(
        "condition",
        node,
        value === ""
          ? `${tag.text} can be empty, which leaves half a condition`
          : `${tag.text} can be "${value}", with which the condition fails: ${failure}`,
        quoted ? "leave quotes out of the value" : "put the reference in single quotes",
      );
      break;
    }
  }
}

/** Values that a reference surely can have: defaults, and what a run passes. */
function knownValues(reference: string, template: Template, set: WorkflowSet): string[] {
  const [, name, output] = /^(?:steps|tasks)\.([^.]+)\.outputs\.parameters\.([^.]+)$/.exec(reference) ?? [];
  if (name !== undefined && output !== undefined) {
    const call = callsOf(template).find((each) => each.name === name);
    const producer = call && set.resolve(call.node, template.home).template;
    return known(producer?.output(output)?.in("valueFrom", "default"));
  }
  const [, input] = /^inputs\.parameters\.([^.]+)$/.exec(reference) ?? [];
  if (input !== undefined) {
    const declared = template.node.in("inputs", "parameters").named(input);
    return [...known(declared?.at("default")), ...known(declared?.at("value"))];
  }
  const [, parameter] = /^workflow\.parameters\.([^.]+)$/.exec(reference) ?? [];
  const declared = parameter && template.home.spec.in("arguments", "parameters").named(parameter);
  return declared ? known(declared.at("value")) : [];
}

function known(node: Node | undefined): string[] {
  const text = node && literal(node);
  return text === undefined ? [] : [text];
}

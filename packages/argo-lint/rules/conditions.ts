import { callsOf } from "../flow/calls";
import { type Remark, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import { selectorProblem } from "../objects/selector";
import type { Spot } from "../objects/spot";
import { literal, tagsOf } from "../expressions/tags";
import { isQuoted, whenProblem } from "../expressions/when";

/** Conditions can be read, also when the values that Argo pastes into them are empty. */
export function* conditions(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const template of set.templatesOf(object)) {
    for (const { spot } of callsOf(template)) {
      yield* when(spot.at("when"), spot.at("withItems"), template, set);
    }
    for (const key of ["successCondition", "failureCondition"]) {
      const spot = template.spot.in("resource", key);
      const problem = spot.text === undefined ? undefined : selectorProblem(spot.text);
      if (problem !== undefined) {
        yield wrong("condition", spot, problem, "write it like a label selector: status.phase == Succeeded");
      }
    }
  }
}

function* when(spot: Spot, items: Spot, template: TemplateNode, set: ProofSet): Generator<Remark> {
  const { text } = spot;
  if (text === undefined || text === "") {
    return;
  }
  const problem = whenProblem(text);
  if (problem !== undefined) {
    yield wrong(
      "condition",
      spot,
      `the condition cannot be read: ${problem}`,
      "write it as in 'a' == 'b' && 'c' != ''",
    );
    return;
  }
  for (const tag of tagsOf(text)) {
    if (tag.expression || isQuoted(text, tag.start)) continue;
    const values = tag.text === "item" ? items.items.flatMap(known) : knownValues(tag.text, template, set);
    for (const value of values) {
      const filled = `${text.slice(0, tag.start)}${value}${text.slice(tag.end)}`;
      const failure = whenProblem(filled);
      if (failure === undefined) continue;
      yield wrong(
        "condition",
        spot,
        value === ""
          ? `${tag.text} can be empty, and leaves half a condition then`
          : `${tag.text} can be "${value}", with which the condition fails: ${failure}`,
        "put the reference in single quotes",
      );
      break;
    }
  }
}

/** Values that a reference surely can have: defaults, and what a run passes. */
function knownValues(reference: string, template: TemplateNode, set: ProofSet): string[] {
  const [, name, output] = /^(?:steps|tasks)\.([^.]+)\.outputs\.parameters\.([^.]+)$/.exec(reference) ?? [];
  if (name !== undefined && output !== undefined) {
    const call = callsOf(template).find((each) => each.name === name);
    const producer = call && set.resolve(call.spot, template.home).template;
    return known(producer?.output(output)?.in("valueFrom", "default"));
  }
  const [, input] = /^inputs\.parameters\.([^.]+)$/.exec(reference) ?? [];
  if (input !== undefined) {
    const declared = template.spot.in("inputs", "parameters").named(input);
    return [...known(declared?.at("default")), ...known(declared?.at("value"))];
  }
  const [, parameter] = /^workflow\.parameters\.([^.]+)$/.exec(reference) ?? [];
  const declared = parameter && template.home.spec.in("arguments", "parameters").named(parameter);
  return declared ? known(declared.at("value")) : [];
}

function known(spot: Spot | undefined): string[] {
  const text = spot && literal(spot);
  return text === undefined ? [] : [text];
}

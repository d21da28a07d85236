import { callsOf } from "../calls";
import { type Remark, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects";
import type { ProofSet } from "../proof-set";
import { selectorProblem } from "../selector";
import type { Spot } from "../spot";
import { tagsOf } from "../tags";
import { isQuoted, whenProblem } from "../when";

/** Conditions can be read, also when the values that Argo pastes into them are empty. */
export function* conditions(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const template of set.templatesOf(object)) {
    for (const { spot } of callsOf(template)) {
      yield* when(spot.at("when"), template, set);
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

function* when(spot: Spot, template: TemplateNode, set: ProofSet): Generator<Remark> {
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
    if (!tag.expression && !isQuoted(text, tag.start) && canBeEmpty(tag.text, template, set)) {
      yield wrong(
        "condition",
        spot,
        `${tag.text} can be empty, and leaves half a condition then`,
        "put the reference in single quotes",
      );
    }
  }
}

/** Whether the reference is to an output or an input whose default is the empty text. */
function canBeEmpty(reference: string, template: TemplateNode, set: ProofSet): boolean {
  const [, name, output] = /^(?:steps|tasks)\.([^.]+)\.outputs\.parameters\.([^.]+)$/.exec(reference) ?? [];
  if (name !== undefined && output !== undefined) {
    const call = callsOf(template).find((each) => each.name === name);
    const producer = call && set.resolve(call.spot, template.home).template;
    return producer?.output(output)?.in("valueFrom", "default").value === "";
  }
  const [, input] = /^inputs\.parameters\.([^.]+)$/.exec(reference) ?? [];
  const declared = template.spot
    .in("inputs", "parameters")
    .items.find((each) => each.at("name").text === input);
  return declared !== undefined && (declared.at("default").value === "" || declared.at("value").value === "");
}

import type { Call } from "../calls";
import { type Flow, flowOf } from "../flow";
import { type Remark, unjudged, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects";
import type { ProofSet } from "../proof-set";
import type { Spot } from "../spot";
import { taggedTexts, tagsOf } from "../tags";

const NESTED = new Set(["inline", "hooks"]);
const OUTPUT = /^(?:steps|tasks)\.([^.]+)\.outputs\.(?:parameters\.([^.]+)|(result))$/;

/**
 * The output of a step that can be left out has a default where it is used: since 3.7.16, Argo fails the step that
 * refers to a value that is not there.
 */
export function* skipped(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const template of set.templatesOf(object)) {
    const flow = flowOf(template);
    if (flow === undefined) continue;
    const judge = judgeOf(template, flow, set);
    for (const { call, before } of flow.turns) {
      for (const [spot, tags] of taggedTexts(call.spot, NESTED)) {
        for (const { text, expression } of tags) {
          const remark = expression ? undefined : judge(text, spot, before, call);
          if (remark !== undefined) yield remark;
        }
      }
    }
    for (const output of template.spot.in("outputs", "parameters").items) {
      const from = output.in("valueFrom", "parameter");
      if (output.in("valueFrom", "default").exists) continue;
      for (const [spot, tags] of taggedTexts(from)) {
        const remark = judge(tags[0]?.text ?? "", spot, flow.all, undefined);
        if (remark !== undefined) yield remark;
      }
    }
  }
}

type Judge = (
  reference: string,
  spot: Spot,
  before: ReadonlyMap<string, Call>,
  consumer: Call | undefined,
) => Remark | undefined;

function judgeOf(user: TemplateNode, flow: Flow, set: ProofSet): Judge {
  const object = user.home;
  return (reference, spot, before, consumer) => {
    const [, name = "", parameter, result] = OUTPUT.exec(reference) ?? [];
    const producer = before.get(name);
    // The outputs of a loop are a list, which may be empty.
    if (producer === undefined || producer.loops || flow.canMiss(producer, consumer) === false)
      return undefined;
    const template = set.resolve(producer.spot, object).template;
    if (template === undefined || hasDefault(template, parameter)) return undefined;
    if (
      consumer !== undefined &&
      (sameGuard(producer, consumer) || inputDefault(spot, consumer, object, set))
    ) {
      return undefined;
    }
    const output = parameter ?? result ?? "";
    const message = `${name} can be left out, and its output ${output} has no default`;
    // A condition of its own may, or may not, keep the consumer from running without the value.
    const guarded =
      consumer !== undefined && spot.label !== consumer.spot.at("when").label && isGuarded(consumer);
    return guarded || isUpToCallers(producer, user, set) || flow.canMiss(producer, consumer) === undefined
      ? unjudged("skipped", spot, `${message}; whether it is needed then depends on conditions`)
      : wrong(
          "skipped",
          spot,
          message,
          parameter === undefined
            ? "give the input that takes it a default"
            : `add valueFrom.default to the output ${output} of ${template.name ?? "the template"}`,
        );
  };
}

function hasDefault(template: TemplateNode, parameter: string | undefined): boolean {
  if (parameter === undefined) return false;
  const output = template.output(parameter);
  return output === undefined || output.in("valueFrom", "default").exists || output.at("value").exists;
}

function isGuarded({ spot }: Call): boolean {
  return (spot.at("when").text ?? "") !== "";
}

/** Whether the condition is one on inputs only, and whoever runs the template sees to it by a condition of its own. */
function isUpToCallers(producer: Call, user: TemplateNode, set: ProofSet): boolean {
  const tags = tagsOf(producer.spot.at("when").text ?? "");
  if (tags.length === 0 || !tags.every(({ text }) => text.startsWith("inputs."))) {
    return false;
  }
  const callers = set.callersOf(user);
  return callers.length > 0 && callers.every(isGuarded);
}

function sameGuard(producer: Call, consumer: Call): boolean {
  const condition = producer.spot.at("when").text;
  return condition !== undefined && condition === consumer.spot.at("when").text;
}

/** Whether the argument is nothing but the reference, and the input that it is for has a default. */
function inputDefault(spot: Spot, consumer: Call, object: WorkflowObject, set: ProofSet): boolean {
  const alone = /^\{\{[^{}]*\}\}$/.test(spot.text?.trim() ?? "");
  const argument = consumer.spot
    .in("arguments", "parameters")
    .items.find((each) => each.at("value").label === spot.label);
  const called = set.resolve(consumer.spot, object).template;
  const input = called?.spot
    .in("inputs", "parameters")
    .items.find((each) => each.at("name").text === argument?.at("name").text);
  return alone && argument !== undefined && input?.at("default").exists === true;
}

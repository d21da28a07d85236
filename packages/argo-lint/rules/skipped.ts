import type { Call } from "../flow/calls";
import { type Flow, flowOf } from "../flow/flow";
import { type Remark, unjudged, wrong } from "../finding";
import { absent, loopLoss, type Loss, missing } from "../flow/loss";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import type { Spot } from "../objects/spot";
import { taggedTexts, tagsOf } from "../expressions/tags";
import type { OutputReference, Taken } from "../flow/loss";

const NESTED = new Set(["inline", "hooks"]);
const OUTPUT = /^(?:steps|tasks)\.([^.]+)\.outputs\.(?:(parameters|artifacts)(?:\.([^.]+))?|(result))$/;

/**
 * The output of what can be left out, or can fail, is not needed then: Argo fails the step that refers to a value that
 * is not there (since 3.7.16), or looks for it without end.
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
    const [, name = "", sort, output, result] = OUTPUT.exec(reference) ?? [];
    const producer = before.get(name);
    const template = producer && set.resolve(producer.spot, object).template;
    if (producer === undefined || template === undefined) return undefined;
    const wanted: OutputReference = {
      sort: result === undefined ? (sort as "parameters" | "artifacts") : "result",
      name: output,
    };
    const loss = lossOf({ producer, template, wanted, consumer, spot, flow, user, set });
    if (loss === undefined) return undefined;
    // A condition of its own may, or may not, keep the consumer from running without the value.
    const guarded =
      consumer !== undefined && spot.label !== consumer.spot.at("when").label && isGuarded(consumer);
    return loss.unsure || guarded || isUpToCallers(producer, user, set)
      ? unjudged("skipped", spot, `${loss.message}; whether it is needed then depends on values of the run`)
      : wrong("skipped", spot, loss.message, loss.remedy);
  };
}

interface Use {
  readonly producer: Call;
  readonly template: TemplateNode;
  readonly wanted: OutputReference;
  readonly consumer: Call | undefined;
  readonly spot: Spot;
  readonly flow: Flow;
  readonly user: TemplateNode;
  readonly set: ProofSet;
}

/** What is lost where the producer does not come to a good end; undefined if nothing is that is needed. */
function lossOf({ producer, template, wanted, consumer, spot, flow, user, set }: Use): Loss | undefined {
  if (consumer !== undefined && sameGuard(producer, consumer)) return undefined;
  const takes = consumer === undefined ? undefined : inputOf(spot, consumer, user.home, set);
  if (producer.loops) return loopLoss(producer, template, wanted, takes, user);
  const missed = flow.canMiss(producer, consumer);
  if (missed !== false) {
    const loss = absent(producer, template, wanted, takes);
    if (loss !== undefined) return { ...loss, unsure: missed === undefined };
  }
  const failed = flow.canFail(producer, consumer);
  return failed === false ? undefined : missing(producer, template, wanted, takes, failed === undefined);
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

function inputOf(spot: Spot, consumer: Call, object: WorkflowObject, set: ProofSet): Taken | undefined {
  if (!/^\{\{[^{}]*\}\}$/.test(spot.text?.trim() ?? "")) return undefined;
  const called = set.resolve(consumer.spot, object).template;
  for (const [sort, key] of [
    ["parameters", "value"],
    ["artifacts", "from"],
  ] as const) {
    const argument = consumer.spot
      .in("arguments", sort)
      .items.find((each) => each.at(key).label === spot.label);
    if (argument !== undefined) {
      return { argument, input: called?.spot.in("inputs", sort).named(argument.at("name").text ?? "") };
    }
  }
  return undefined;
}

import type { Call } from "../../flow/calls";
import { type CallGraph, callGraphOf } from "../../flow/call-graph";
import { type RuleDiagnostic, unsupported, error } from "../../objects/diagnostic";
import {
  missingFromLoop,
  missingIfFailed,
  missingIfSkipped,
  type MissingOutput,
} from "../../flow/missing-output";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import type { Node } from "../../objects/node";
import { taggedTexts, tagsOf } from "../../expressions/tags";
import type { OutputReference, Destination } from "../../flow/missing-output";

const NESTED = new Set(["inline", "hooks"]);
const FACT = /^(?:steps|tasks)\.([^.]+)\.(exitCode|hostNodeName)$/;
const OUTPUT = /^(?:steps|tasks)\.([^.]+)\.outputs\.(?:(parameters|artifacts)(?:\.([^.]+))?|(result))$/;

/**
 * The output of what can be skipped, or can fail, is not needed then: Argo fails the step that refers to a value that
 * is not there (since 3.7.16), or looks for it without end.
 */
export function* skipped(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    const flow = callGraphOf(template);
    if (flow === undefined) continue;
    const check = checkerOf(template, flow, set);
    for (const { call, before } of flow.order) {
      for (const [node, tags] of taggedTexts(call.node, NESTED)) {
        for (const { text, expression } of tags) {
          const diagnostic = expression ? undefined : check(text, node, before, call);
          if (diagnostic !== undefined) yield diagnostic;
        }
      }
    }
    for (const output of template.node.in("outputs", "parameters").items) {
      const from = output.in("valueFrom", "parameter");
      if (output.in("valueFrom", "default").exists) continue;
      for (const [node, tags] of taggedTexts(from)) {
        const diagnostic = check(tags[0]?.text ?? "", node, flow.all, undefined);
        if (diagnostic !== undefined) yield diagnostic;
      }
    }
    if (template.type === "dag") yield* ownArtifacts(template, flow, set);
  }
}

/** A DAG whose own artifact comes from a task that was skipped fails; steps leave it out. */
function* ownArtifacts(template: Template, flow: CallGraph, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const output of template.node.in("outputs", "artifacts").items) {
    const from = output.at("from");
    const [, name = "", , artifact = ""] = OUTPUT.exec(tagsOf(from.text ?? "")[0]?.text ?? "") ?? [];
    const producer = flow.all.get(name);
    if (producer === undefined || producer.loops || output.at("optional").value === true) continue;
    if (flow.canMiss(producer, undefined) !== true) continue;
    const message = `${name} can be skipped, and then has no artifact ${artifact}, without which the DAG fails`;
    yield isUpToCallers(producer, template, set)
      ? unsupported("skipped", from, message)
      : error("skipped", from, message, "make the output optional");
  }
}

type Checker = (
  reference: string,
  node: Node,
  before: ReadonlyMap<string, Call>,
  consumer: Call | undefined,
) => RuleDiagnostic | undefined;

function checkerOf(user: Template, flow: CallGraph, set: WorkflowSet): Checker {
  const object = user.home;
  /** What is missing where the producer is skipped or fails; undefined if nothing is that the consumer needs. */
  const missing = (
    producer: Call,
    wanted: OutputReference,
    node: Node,
    consumer: Call | undefined,
  ): MissingOutput | undefined => {
    const { template } = set.resolve(producer.node, object);
    if (template === undefined) return undefined;
    if (consumer !== undefined && sameGuard(producer, consumer)) return undefined;
    const takes = consumer === undefined ? undefined : inputOf(node, consumer, object, set);
    if (producer.loops) return missingFromLoop(producer, template, wanted, takes, user);
    const missed = flow.canMiss(producer, consumer);
    if (missed !== false) {
      const loss = missingIfSkipped(producer, template, wanted, takes);
      if (loss !== undefined) return { ...loss, unsure: loss.unsure === true || missed === undefined };
    }
    const failed = flow.canFail(producer, consumer);
    return failed === false
      ? undefined
      : missingIfFailed(producer, template, wanted, takes, failed === undefined);
  };
  return (reference, node, before, consumer) => {
    const [, named, fact] = FACT.exec(reference) ?? [];
    const [, name = named ?? "", sort, output, result] = OUTPUT.exec(reference) ?? [];
    const producer = before.get(name);
    if (producer === undefined) return undefined;
    const wanted: OutputReference = {
      sort:
        fact !== undefined ? "fact" : result === undefined ? (sort as "parameters" | "artifacts") : "result",
      name: fact ?? output,
    };
    const loss = missing(producer, wanted, node, consumer);
    if (loss === undefined) return undefined;
    // A condition of its own may, or may not, keep the consumer from running without the value.
    const guarded =
      consumer !== undefined && node.label !== consumer.node.at("when").label && isGuarded(consumer);
    return loss.unsure || guarded || isUpToCallers(producer, user, set)
      ? unsupported("skipped", node, `${loss.message}; whether it is needed then depends on the run`)
      : error("skipped", node, loss.message, loss.fix);
  };
}

function isGuarded({ node }: Call): boolean {
  return (node.at("when").text ?? "") !== "";
}

/** Whether the condition is one on inputs only, and whoever runs the template sees to it by a condition of its own. */
function isUpToCallers(producer: Call, user: Template, set: WorkflowSet): boolean {
  const tags = tagsOf(producer.node.at("when").text ?? "");
  if (tags.length === 0 || !tags.every(({ text }) => text.startsWith("inputs."))) {
    return false;
  }
  const callers = set.callersOf(user);
  return callers.length > 0 && callers.every(isGuarded);
}

function sameGuard(producer: Call, consumer: Call): boolean {
  const condition = producer.node.at("when").text;
  return condition !== undefined && condition === consumer.node.at("when").text;
}

function inputOf(
  node: Node,
  consumer: Call,
  object: WorkflowObject,
  set: WorkflowSet,
): Destination | undefined {
  if (!/^\{\{[^{}]*\}\}$/.test(node.text?.trim() ?? "")) return undefined;
  const called = set.resolve(consumer.node, object).template;
  for (const [sort, key] of [
    ["parameters", "value"],
    ["artifacts", "from"],
  ] as const) {
    const argument = consumer.node
      .in("arguments", sort)
      .items.find((each) => each.at(key).label === node.label);
    if (argument !== undefined) {
      const input = called?.node.in("inputs", sort).named(argument.at("name").text ?? "");
      return { argument, input, isKnown: called !== undefined };
    }
  }
  return undefined;
}

import { callsOf } from "../../flow/calls";
import { reachOfRun } from "../../flow/reach";
import { warning, type RuleDiagnostic, error } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import type { Node } from "../../objects/node";
import { hasPlace } from "../../objects/artifact";
import { literal, textsIn } from "../../expressions/tags";
import { artifactSources, lack, withoutSource } from "./artifacts";

/** Parameters and artifacts: the two kinds of values that are passed. */
const SORTS = [
  { key: "parameters", one: "parameter" },
  { key: "artifacts", one: "artifact" },
] as const;

/** What is passed to templates is declared there, and what they require is passed. */
export function* templateArguments(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* hookArguments(object.spec, object, set);
  for (const template of set.templatesOf(object)) {
    yield* artifactSources(template.node.in("outputs", "artifacts").items);
    for (const { node } of callsOf(template)) {
      yield* artifactSources(node.in("arguments", "artifacts").items);
      yield* withoutSource(node.in("arguments", "artifacts").items);
      for (const parameter of node.in("arguments", "parameters").items) yield* allowed(parameter);
      const called = set.resolve(node, object).template;
      if (called !== undefined) {
        yield* callArguments(node, called);
      }
      yield* hookArguments(node, object, set);
    }
  }
}

function* hookArguments(holder: Node, object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const [, hook] of holder.at("hooks").members) {
    const called = set.resolve(hook, object).template;
    yield* withoutSource(hook.in("arguments", "artifacts").items);
    if (called !== undefined) yield* callArguments(hook, called);
  }
}

function* callArguments(call: Node, called: Template): Generator<RuleDiagnostic> {
  const callee = `the template ${called.name ?? "inline"}`;
  for (const { key, one } of SORTS) {
    const declared = called.node.in("inputs", key).items;
    const passed = call.in("arguments", key).items;
    for (const input of declared) {
      const name = input.at("name").text ?? "";
      if (isRequired(input, one) && !passed.some((each) => each.at("name").text === name)) {
        yield error(
          "arguments",
          call,
          `${callee} requires the ${one} ${name}${lack(input)}, which is not passed`,
          `pass ${name} under arguments.${key}, or give it a default`,
        );
      }
    }
    const names = declared.map((each) => each.at("name").text ?? "");
    for (const argument of passed) {
      const name = argument.at("name").text;
      if (name !== undefined && !names.includes(name)) {
        yield notTaken(argument, `${callee} takes no ${one} ${name}`, names);
      }
      yield* otherThanListed(argument.at("value"), declared[names.indexOf(name ?? "")]);
    }
  }
}

function notTaken(argument: Node, reason: string, names: readonly string[]): RuleDiagnostic {
  const fix =
    names.length === 0 ? "remove it, or declare it there" : `pass one that it takes: ${names.join(", ")}`;
  return warning("arguments", argument, `Argo ignores this: ${reason}`, fix);
}

function isRequired(input: Node, sort: "parameter" | "artifact"): boolean {
  if (sort === "parameter") {
    // Of the other sources, Argo reads none for an input.
    const given = [input.at("value"), input.at("default"), input.in("valueFrom", "configMapKeyRef")];
    return !given.some(({ exists }) => exists);
  }
  return input.at("optional").value !== true && !hasPlace(input);
}

function wordsOf(declared: Node): string[] {
  return declared.at("enum").items.flatMap(({ text }) => text ?? []);
}

function isOutside(value: Node, declared: Node): boolean {
  const words = wordsOf(declared);
  const text = literal(value);
  return words.length > 0 && text !== undefined && !words.includes(text);
}

/** The value of an argument is in the list beside it. */
function* allowed(argument: Node): Generator<RuleDiagnostic> {
  const value = argument.at("value");
  if (!isOutside(value, argument)) return;
  yield error("arguments", value, `"${value.text ?? ""}" is not one of the allowed values`, fixOf(argument));
}

/** The value is in the list of what takes it, which Argo shows in its forms, and does not look at. */
function* otherThanListed(value: Node, declared: Node | undefined): Generator<RuleDiagnostic> {
  if (declared === undefined || !isOutside(value, declared)) return;
  const message = `"${value.text ?? ""}" is not one of the values that are listed there, and Argo passes it all the same`;
  yield warning("arguments", value, message, fixOf(declared));
}

function fixOf(declared: Node): string {
  return `use one of ${wordsOf(declared).join(", ")}`;
}

/** What a run passes to its workflow is declared there, and what the workflow requires is passed. */
export function* workflowArguments(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  const source = set.source(object).object;
  const first = set.entrypoint(object);
  const given = object.spec.in("arguments", "parameters").items;
  for (const parameter of given) {
    yield* allowed(parameter);
    if (!complete(parameter) && parameter.at("default").exists) {
      const message =
        "Argo does not read the default of a workflow's parameter, and refuses a run without a value";
      yield warning("arguments", parameter.at("default"), message, "write it as value");
    }
  }
  yield* withoutSource(object.spec.in("arguments", "artifacts").items);
  if (source === undefined) {
    return;
  }
  const isOwn = source === object;
  const declared = isOwn ? given : source.spec.in("arguments", "parameters").items;
  const taken = first?.node.in("inputs", "parameters").items ?? [];
  if (!isOwn) {
    const names = [...declared, ...taken].map((each) => each.at("name").text ?? "");
    const hasOthers = given.some((each) => !names.includes(each.at("name").text ?? ""));
    const used = hasOthers ? usedParameters(object, source, set) : undefined;
    for (const argument of given) {
      const name = argument.at("name").text;
      if (name !== undefined && !names.includes(name) && used?.has(name) === false) {
        yield notTaken(argument, `${source.title} takes no parameter ${name}`, names);
      }
      yield* otherThanListed(
        argument.at("value"),
        declared.find((each) => each.at("name").text === name),
      );
    }
  }
  // Whoever submits a Workflow or a WorkflowTemplate by hand may still pass what has no value yet.
  const nobodyElsePasses = object.kind === "CronWorkflow" || object.creator !== undefined || !isOwn;
  const hasValue = (name: string): boolean =>
    [...given, ...declared].some((each) => each.at("name").text === name && complete(each));
  const required = [
    ...(nobodyElsePasses ? declared.filter((each) => !complete(each)) : []),
    ...(object.runs && first !== undefined ? taken.filter((each) => isRequired(each, "parameter")) : []),
  ];
  const place = object.templateRef.exists ? object.templateRef : object.spec;
  yield* runArtifacts(object, source, first, place);
  yield* exitArguments(object, source);
  for (const name of new Set(required.map((each) => each.at("name").text ?? ""))) {
    const declaredHere = [...given, ...declared].some((each) => each.at("name").text === name);
    if (!hasValue(name) && (nobodyElsePasses || !declaredHere)) {
      yield error(
        "arguments",
        place,
        `${isOwn ? "the entrypoint" : source.title} requires the parameter ${name}, which is not passed`,
        `pass ${name} under arguments.parameters, or give it a value there`,
      );
    }
  }
}

/** What the exit handler requires is among the parameters of the workflow: it gets those, and no others. */
function* exitArguments(object: WorkflowObject, source: WorkflowObject): Generator<RuleDiagnostic> {
  const node = [object, source].map(({ spec }) => spec.at("onExit")).find(({ exists }) => exists);
  const handler = node && source.template(literal(node) ?? "");
  if (node === undefined || handler === undefined) return;
  const given = [object, source].flatMap(({ spec }) => spec.in("arguments", "parameters").names);
  for (const input of handler.node.in("inputs", "parameters").items) {
    const name = input.at("name").text ?? "";
    if (given.includes(name) || !isRequired(input, "parameter")) continue;
    yield error(
      "arguments",
      object.spec.at("onExit").exists ? node : object.templateRef,
      `the exit handler requires the parameter ${name}, which the workflow does not have`,
      `declare ${name} under arguments.parameters, or use hooks.exit, which has arguments of its own`,
    );
  }
}

/** The artifacts that the entrypoint requires are passed: who submits a run can pass parameters only. */
function* runArtifacts(
  object: WorkflowObject,
  source: WorkflowObject,
  first: Template | undefined,
  place: Node,
): Generator<RuleDiagnostic> {
  if (!object.runs || first === undefined) return;
  const given = [object, source].flatMap(({ spec }) => spec.in("arguments", "artifacts").names);
  for (const input of first.node.in("inputs", "artifacts").items) {
    const name = input.at("name").text ?? "";
    if (given.includes(name) || !isRequired(input, "artifact")) continue;
    yield error(
      "arguments",
      place,
      `the entrypoint requires the artifact ${name}${lack(input)}, which is not passed`,
      `pass ${name} under arguments.artifacts, or give it a place of its own`,
    );
  }
}

/** Of a parameter of the workflow Argo does not read the default. */
function complete(parameter: Node): boolean {
  return ["value", "valueFrom"].some((key) => parameter.at(key).exists);
}

/**
 * The parameters of the workflow that a run uses, in its own fields and in the templates that it comes to.
 *
 * @returns undefined if it uses all of them as one value, or comes to templates that are not in the given files
 */
function usedParameters(
  object: WorkflowObject,
  source: WorkflowObject,
  set: WorkflowSet,
): ReadonlySet<string> | undefined {
  const used = new Set<string>();
  const reach = [...reachOfRun(object, set)];
  const isKnown = reach.every((each) =>
    callsOf(each).every(({ node }) => set.resolve(node, each.home).template !== undefined),
  );
  if (!isKnown) return undefined;
  for (const node of [object.spec, source.spec, ...reach.map((each) => each.node)]) {
    for (const text of textsIn(node)) {
      for (const [, name, quoted] of text.matchAll(PARAMETER)) {
        if (name === "json" || (name ?? quoted) === undefined) return undefined;
        used.add(name ?? quoted ?? "");
      }
    }
  }
  return used;
}

/** In a tag, an expression, or a field that is an expression. */
const PARAMETER = /\bworkflow\.parameters(?:\.([-\w]+)|\[["']([-\w]+)["']\])?/g;

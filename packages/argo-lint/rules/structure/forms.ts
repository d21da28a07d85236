import { callsOf } from "../../flow/calls";
import { containersOf, containersOfSet } from "../../objects/containers";
import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { isDuration } from "../../objects/duration";
import type { Node } from "../../objects/node";
import { literal } from "../../expressions/tags";

/** Templates, steps and tasks. */
const NAME = {
  form: /^[A-Za-z0-9][-A-Za-z0-9]{0,127}$/,
  words: "letters, digits and hyphens, the first no hyphen",
};
/** Parameters and artifacts. */
const VALUE_NAME = { form: /^[-A-Za-z0-9_]+$/, words: "letters, digits, hyphens and underscores" };

/** Names and values have the form that Argo asks for: it refuses the whole workflow otherwise. */
export function* forms(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  if (object.templateRef.exists && object.templates.length > 0) {
    const message = "a run of a workflow template cannot have templates";
    yield error("template", object.spec.at("templates"), message, "remove templates or workflowTemplateRef");
  }
  yield* named(object.spec.at("arguments"));
  yield* passed(object.spec, false);
  for (const template of set.templatesOf(object)) {
    if (template.name !== undefined) yield* name(template.node, NAME);
    yield* named(template.node.at("inputs"));
    yield* named(template.node.at("outputs"));
    for (const output of template.node.in("outputs", "parameters").items) {
      yield* source(output, template);
    }
    for (const sort of ["parameters", "artifacts"]) {
      for (const output of template.node.in("outputs", sort).items)
        yield* globalName(output.at("globalName"));
    }
    for (const { node } of callsOf(template)) {
      if (node.at("name").exists) yield* name(node, NAME);
      yield* named(node.at("arguments"));
      yield* passed(node);
    }
    const duration = template.node.in("suspend", "duration");
    if (!isDuration(literal(duration) ?? "0")) {
      const message = `"${duration.text ?? ""}" is not a duration`;
      yield error("template", duration, message, "give seconds, or a duration such as 1h30m");
    }
    const taken = new Set([
      "main",
      "wait",
      "init",
      ...containersOfSet(template).flatMap((each) => each.at("name").text ?? []),
    ]);
    for (const container of ["initContainers", "sidecars"].flatMap((key) => template.node.at(key).items)) {
      const name = container.at("name");
      const text = literal(name);
      if (name.isEmpty) {
        yield error("template", container, "the container has no name", "add name");
      } else if (text !== undefined && taken.has(text)) {
        const message = `another container of the pod has the name ${text}, and the cluster refuses the pod`;
        yield error("template", name, message, "rename it: main, wait and init are Argo's");
      }
      taken.add(text ?? "");
    }
    const type = template.type ?? "";
    const preset = object.spec.in("templateDefaults", type, "image").exists;
    for (const container of containersOf(template)) {
      const isMain = container.value === template.node.at(type).value;
      if (!(preset && isMain) && container.at("image").isEmpty) {
        yield error("template", container, "the container has no image", "add image");
      }
    }
  }
}

function* name(holder: Node, { form, words }: typeof NAME): Generator<RuleDiagnostic> {
  const text = literal(holder.at("name"));
  if (text === undefined ? !holder.at("name").exists : !form.test(text)) {
    yield error("template", holder, `"${text ?? ""}" is not a valid name`, `use ${words}`);
  }
}

function* globalName(node: Node): Generator<RuleDiagnostic> {
  const text = literal(node);
  if (text === undefined || text === "" || VALUE_NAME.form.test(text)) return;
  yield error("template", node, `"${text}" is not a valid global name`, `use ${VALUE_NAME.words}`);
}

function* named(holder: Node): Generator<RuleDiagnostic> {
  for (const each of [...holder.at("parameters").items, ...holder.at("artifacts").items]) {
    yield* name(each, VALUE_NAME);
  }
}

/** Where a value that is passed can come from, and where only an output can. */
const PASSED_FROM = ["configMapKeyRef", "event", "supplied"];
const NOT_PASSED_FROM = ["path", "jsonPath", "parameter", "expression"];

function* passed(call: Node, required = true): Generator<RuleDiagnostic> {
  for (const parameter of call.in("arguments", "parameters").items) {
    const words = parameter.at("enum");
    if (Array.isArray(words.value) && words.value.length === 0) {
      yield error("arguments", words, "enum is empty: no value is allowed", "add values, or remove enum");
    }
    const from = parameter.at("valueFrom");
    const isOf = (keys: readonly string[]): boolean => keys.some((key) => from.at(key).exists);
    if (from.isObject && (!isOf(PASSED_FROM) || isOf(NOT_PASSED_FROM))) {
      const message = "a value that is passed comes from a ConfigMap, an event, or whoever is asked for it";
      yield error("arguments", from, message, "give configMapKeyRef, or write the reference as value");
    } else if (required && !parameter.at("value").exists && !from.exists) {
      yield error("arguments", parameter, "the parameter is passed without a value", "add value");
    }
  }
}

const SOURCES = ["path", "jqFilter", "jsonPath", "parameter", "expression", "supplied"];

/** Where the output parameters of a kind of template come from. */
const SOURCES_OF: Readonly<Record<string, readonly string[]>> = {
  container: ["path"],
  containerSet: ["path"],
  script: ["path"],
  resource: ["jqFilter", "jsonPath"],
  steps: ["parameter", "expression"],
  dag: ["parameter", "expression"],
};

function* source(output: Node, template: Template): Generator<RuleDiagnostic> {
  const from = output.at("valueFrom");
  if (output.at("value").exists && !from.exists) {
    return;
  }
  const given = SOURCES.filter((key) => !from.at(key).isEmpty);
  const possible = SOURCES_OF[template.type ?? ""];
  const [only] = given;
  if (given.length !== 1 || output.at("value").exists) {
    yield error("template", output, "the output has no source, or several", "give one valueFrom");
  } else if (possible !== undefined && only !== undefined && !possible.includes(only)) {
    yield error(
      "template",
      from,
      `a template of type ${template.type ?? ""} has no ${only} to take an output from`,
      `take it from ${possible.join(" or ")}`,
    );
  }
}

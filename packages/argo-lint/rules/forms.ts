import { callsOf } from "../flow/calls";
import { containersOf } from "../objects/containers";
import { type Remark, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import type { Spot } from "../objects/spot";
import { literal } from "../expressions/tags";

/** Templates, steps and tasks. */
const NAME = {
  form: /^[A-Za-z0-9][-A-Za-z0-9]{0,127}$/,
  words: "letters, digits and hyphens, the first no hyphen",
};
/** Parameters and artifacts. */
const VALUE_NAME = { form: /^[-A-Za-z0-9_]+$/, words: "letters, digits, hyphens and underscores" };

/** As Go reads it; a number without a unit counts seconds. */
const DURATION = /^(?:[-+]?\d+|[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|)$/;

/** Names and values have the form that Argo asks for: it refuses the whole workflow otherwise. */
export function* forms(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  if (object.templateRef.exists && object.templates.length > 0) {
    const message = "a run of a workflow template cannot have templates of its own";
    yield wrong(
      "template",
      object.spec.at("templates"),
      message,
      "leave out templates or workflowTemplateRef",
    );
  }
  yield* named(object.spec.at("arguments"));
  for (const template of set.templatesOf(object)) {
    if (template.name !== undefined) yield* name(template.spot, NAME);
    yield* named(template.spot.at("inputs"));
    yield* named(template.spot.at("outputs"));
    for (const output of template.spot.in("outputs", "parameters").items) {
      yield* source(output, template);
    }
    for (const { spot } of callsOf(template)) {
      if (spot.at("name").exists) yield* name(spot, NAME);
      yield* named(spot.at("arguments"));
      yield* passed(spot);
    }
    const duration = template.spot.in("suspend", "duration");
    if (!DURATION.test(literal(duration) ?? "0")) {
      const message = `"${duration.text ?? ""}" is no duration`;
      yield wrong("template", duration, message, "give seconds, or a duration such as 1h30m");
    }
    const type = template.type ?? "";
    const preset = object.spec.in("templateDefaults", type, "image").exists;
    for (const container of containersOf(template)) {
      const isMain = container.value === template.spot.at(type).value;
      if (!(preset && isMain) && (container.at("image").text === "" || !container.at("image").exists)) {
        yield wrong("template", container, "the container has no image", "add image");
      }
    }
  }
}

function* name(holder: Spot, { form, words }: typeof NAME): Generator<Remark> {
  const text = literal(holder.at("name"));
  if (text === undefined ? !holder.at("name").exists : !form.test(text)) {
    yield wrong("template", holder, `"${text ?? ""}" is no name`, `use ${words}`);
  }
}

function* named(holder: Spot): Generator<Remark> {
  for (const each of [...holder.at("parameters").items, ...holder.at("artifacts").items]) {
    yield* name(each, VALUE_NAME);
    const words = each.at("enum");
    if (Array.isArray(words.value) && words.value.length === 0) {
      yield wrong(
        "arguments",
        words,
        "the parameter can have no value at all",
        "add values, or leave out enum",
      );
    }
  }
}

function* passed(call: Spot): Generator<Remark> {
  for (const parameter of call.in("arguments", "parameters").items) {
    if (!parameter.at("value").exists && !parameter.at("valueFrom").exists) {
      yield wrong("arguments", parameter, "the parameter is passed without a value", "add value");
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

function* source(output: Spot, template: TemplateNode): Generator<Remark> {
  const from = output.at("valueFrom");
  if (output.at("value").exists && !from.exists) {
    return;
  }
  const given = SOURCES.filter((key) => from.at(key).exists);
  const possible = SOURCES_OF[template.type ?? ""];
  const [only] = given;
  if (given.length !== 1 || output.at("value").exists) {
    yield wrong(
      "template",
      output,
      "the output comes from nowhere, or from several places",
      "give one valueFrom",
    );
  } else if (possible !== undefined && only !== undefined && !possible.includes(only)) {
    yield wrong(
      "template",
      from,
      `a template of kind ${template.type ?? ""} has no ${only} to take an output from`,
      `take it from ${possible.join(" or ")}`,
    );
  }
}

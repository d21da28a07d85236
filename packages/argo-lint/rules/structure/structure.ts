import { callsOf } from "../../flow/calls";
import { error, type RuleDiagnostic, warning } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import type { Node } from "../../objects/node";
import { mayHaveValueBefore } from "../../objects/values-before";
import { literal, tagsOf } from "../../expressions/tags";

/** No two objects of one kind and namespace have one name. */
export function* uniqueNames(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  if (set.namesakesOf(object).indexOf(object) > 0) {
    const message = `another ${object.kind} has the name ${object.name ?? ""}: the one that is applied later takes its place`;
    const node = object.root.in("metadata", "name");
    const fix = "rename one of them, or give them different namespaces";
    yield object.runs ? warning("reference", node, message, fix) : error("reference", node, message, fix);
  }
}

/** The entrypoint and the exit handler exist. */
export function* entrypoint(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  const node = object.spec.at("entrypoint");
  const names = [node, object.spec.at("onExit")].filter(({ isEmpty }) => !isEmpty);
  for (const name of [...names, object.templateRef.at("name")].filter(isFilledIn)) {
    yield error(
      "entrypoint",
      name,
      "Argo fills in no reference here, and refuses the run",
      "write the name itself",
    );
  }
  const { object: source, diagnostic } = set.source(object);
  if (diagnostic !== undefined && !isFilledIn(object.templateRef.at("name"))) {
    yield diagnostic;
  }
  if (source === undefined) {
    return;
  }
  if (!node.exists && !source.spec.at("entrypoint").exists) {
    if (object.runs) {
      yield error("entrypoint", object.spec, "there is no entrypoint", "add entrypoint");
    }
    return;
  }
  for (const name of names) {
    const found = isFilledIn(name) ? undefined : set.inObject(name, source).diagnostic;
    if (found !== undefined) {
      yield { ...found, rule: "entrypoint" };
    }
  }
}

function isFilledIn({ text }: Node): boolean {
  return text?.includes("{{") === true;
}

/** Every template is of one kind, and names are given once. */
export function* templates(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* repeated(object.spec.at("templates").items, "template");
  yield* repeatedValues(object.spec.at("arguments"));
  for (const template of set.templatesOf(object)) {
    const { node, types } = template;
    if (types.length !== 1) {
      const message =
        types.length === 0
          ? "the template has no type"
          : `the template has several types: ${types.join(", ")}`;
      yield error(
        "template",
        node,
        message,
        "give one of container, containerSet, script, resource, steps, dag or suspend",
      );
    }
    if (template.name === undefined && !node.label.endsWith("inline")) {
      yield error("template", node, "the template has no name", "add name");
    }
    yield* repeatedValues(node.at("inputs"), "input ");
    yield* repeatedValues(node.at("outputs"), "output ");
    yield* calls(template);
    const action = node.in("resource", "action");
    const known = ["get", "create", "apply", "delete", "replace", "patch"];
    const word = literal(action);
    if (template.type === "resource" && (!action.exists || (word !== undefined && !known.includes(word)))) {
      const message = `${word ?? "nothing"} is not an action on an object`;
      yield error("template", node.at("resource"), message, `give as action one of ${known.join(", ")}`);
    }
  }
}

function* calls(template: Template): Generator<RuleDiagnostic> {
  for (const group of template.node.at("steps").items) {
    if (group.isObject) {
      const message = "a group of steps is a list, and Argo refuses the object otherwise";
      yield error("template", group, message, "write - - before the name of the step");
    }
  }
  const all = callsOf(template);
  yield* repeated(
    all.map(({ node }) => node),
    "step or task",
  );
  for (const { node, name } of all) {
    yield* repeatedValues(node.at("arguments"));
    if (name === undefined) {
      yield error("template", node, "the step has no name", "add name");
    }
    const given = ["template", "templateRef", "inline"].filter((key) => !node.at(key).isEmpty);
    if (given.includes("inline") && given.length > 1) {
      const ignored = given.filter((key) => key !== "inline").join(" and ");
      yield warning("template", node, `Argo runs what is inline, and ignores ${ignored}`, "give one of them");
    } else if (given.length > 1) {
      yield error("template", node, `${given.join(" and ")} are used together`, "give one of them");
    }
  }
}

function* repeatedValues(holder: Node, kind = ""): Generator<RuleDiagnostic> {
  yield* repeated(holder.at("parameters").items, `${kind}parameter`);
  yield* repeated(holder.at("artifacts").items, `${kind}artifact`);
}

function* repeated(nodes: readonly Node[], what: string): Generator<RuleDiagnostic> {
  const seen = new Set<string>();
  for (const node of nodes) {
    const name = node.at("name").text;
    if (name !== undefined && seen.has(name)) {
      yield error("template", node.at("name"), `a second ${what} has the name ${name}`, "rename one of them");
    }
    seen.add(name ?? "");
  }
}

/** Every template that a step, a task or a hook runs exists. */
export function* references(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* hooks(object.spec, object, set);
  for (const template of set.templatesOf(object)) {
    for (const { node } of callsOf(template)) {
      const { diagnostic } = set.resolve(node, object);
      if (diagnostic !== undefined) {
        yield tooLate(node, template) ?? diagnostic;
      }
      yield* hooks(node, object, set);
      // What a step runs at its end had this form before Argo 3.0.
      const exit = node.at("onExit");
      const source = set.source(object).object;
      const missing = (exit.text ?? "") === "" || source === undefined ? {} : set.inObject(exit, source);
      if (missing.diagnostic !== undefined) yield missing.diagnostic;
    }
  }
}

function* hooks(holder: Node, object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const [, hook] of holder.at("hooks").members) {
    const { diagnostic } = set.resolve(hook, object);
    if (diagnostic !== undefined) {
      yield diagnostic;
    }
  }
}

/** A name that Argo looks for before it has the value in it; of a `templateRef`, only where the template has a name. */
function tooLate(call: Node, template: Template): RuleDiagnostic | undefined {
  const ref = call.at("templateRef");
  const name = ref.exists ? ref.at("name") : call.at("template");
  if (ref.exists && tagsOf(ref.at("template").text ?? "").length > 0) return undefined;
  const isLate = tagsOf(name.text ?? "").some(
    (tag) =>
      !mayHaveValueBefore(tag, template) &&
      // What only a step has is left out there.
      !(ref.exists && /^(?:item|steps|tasks)\b/.test(tag.text)),
  );
  if (!isLate) return undefined;
  const message = "Argo looks for the template before it has this value, and refuses the run";
  const fix = ref.exists
    ? "write the name, or take it from a parameter of the workflow"
    : "call each template by its name, with a condition, or take it by templateRef";
  return error("reference", name, message, fix);
}

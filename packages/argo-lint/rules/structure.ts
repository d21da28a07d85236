import { callsOf } from "../flow/calls";
import { doubtful, type Remark, unjudged, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import type { Spot } from "../objects/spot";
import { literal } from "../expressions/tags";

/** No two objects of one kind and namespace have one name. */
export function* names(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  if (set.namesakesOf(object).indexOf(object) > 0) {
    const message = `another ${object.kind} has the name ${object.name ?? ""}: the one that is applied later takes its place`;
    const spot = object.root.in("metadata", "name");
    const remedy = "rename one of them, or give them different namespaces";
    yield object.runs
      ? doubtful("reference", spot, message, remedy)
      : wrong("reference", spot, message, remedy);
  }
}

/** The entrypoint and the exit handler exist. */
export function* entrypoint(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  const { object: source, remark } = set.source(object);
  if (remark !== undefined) {
    yield remark;
  }
  if (source === undefined) {
    return;
  }
  const spot = object.spec.at("entrypoint");
  if (!spot.exists && !source.spec.at("entrypoint").exists) {
    if (object.runs) {
      yield wrong(
        "entrypoint",
        object.spec,
        "nothing says with which template a run begins",
        "add entrypoint",
      );
    }
    return;
  }
  for (const name of [spot, object.spec.at("onExit")]) {
    const found = name.exists ? set.inObject(name, source).remark : undefined;
    if (found !== undefined) {
      yield { ...found, rule: "entrypoint" };
    }
  }
}

/** Every template is of one kind, and names are given once. */
export function* templates(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  yield* repeated(object.spec.at("templates").items, "template");
  for (const template of set.templatesOf(object)) {
    const { spot, types } = template;
    if (types.length !== 1) {
      const message =
        types.length === 0
          ? "the template does nothing: it is of no kind"
          : `the template is of several kinds: ${types.join(", ")}`;
      yield wrong(
        "template",
        spot,
        message,
        "give one of container, containerSet, script, resource, steps, dag or suspend",
      );
    }
    if (template.name === undefined && !spot.label.endsWith("inline")) {
      yield wrong("template", spot, "the template has no name", "add name");
    }
    yield* repeated(spot.in("inputs", "parameters").items, "input parameter");
    yield* repeated(spot.in("outputs", "parameters").items, "output parameter");
    yield* calls(template);
    const action = spot.in("resource", "action");
    const known = ["get", "create", "apply", "delete", "replace", "patch"];
    const word = literal(action);
    if (template.type === "resource" && (!action.exists || (word !== undefined && !known.includes(word)))) {
      const message = `${word ?? "nothing"} is no action on an object`;
      yield wrong("template", spot.at("resource"), message, `give as action one of ${known.join(", ")}`);
    }
  }
}

function* calls(template: TemplateNode): Generator<Remark> {
  for (const group of template.spot.at("steps").items) {
    if (group.isObject) {
      const message = "a group of steps is a list, and Argo refuses the object otherwise";
      yield wrong("template", group, message, "write - - before the name of the step");
    }
  }
  const all = callsOf(template);
  yield* repeated(
    all.map(({ spot }) => spot),
    "step or task",
  );
  for (const { spot, name } of all) {
    if (name === undefined) {
      yield wrong("template", spot, "the step has no name", "add name");
    }
    const given = ["template", "templateRef", "inline"].filter((key) => spot.at(key).exists);
    if (given.length > 1) {
      yield wrong("template", spot, `${given.join(" and ")} are given together`, "give one of them");
    }
  }
}

function* repeated(spots: readonly Spot[], what: string): Generator<Remark> {
  const seen = new Set<string>();
  for (const spot of spots) {
    const name = spot.at("name").text;
    if (name !== undefined && seen.has(name)) {
      yield wrong("template", spot.at("name"), `a second ${what} has the name ${name}`, "rename one of them");
    }
    seen.add(name ?? "");
  }
}

/** Every template that a step, a task or a hook runs exists. */
export function* references(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  yield* hooks(object.spec, object, set);
  for (const template of set.templatesOf(object)) {
    for (const { spot } of callsOf(template)) {
      const { remark } = set.resolve(spot, object);
      if (remark !== undefined) {
        yield remark;
      }
      yield* hooks(spot, object, set);
    }
  }
}

function* hooks(holder: Spot, object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const [, hook] of holder.at("hooks").members) {
    const { remark } = set.resolve(hook, object);
    if (remark !== undefined) {
      yield remark;
    }
  }
}

/** Expressions that stand without braces: in a language of their own, like those in tags. */
function* expressions(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  const spots =
    object.kind === "CronWorkflow"
      ? [object.root.in("spec", "when"), object.root.in("spec", "stopStrategy", "expression")]
      : [];
  for (const { spot } of set.templatesOf(object)) {
    spots.push(
      spot.in("retryStrategy", "expression"),
      ...spot.in("outputs", "parameters").items.map((each) => each.in("valueFrom", "expression")),
      ...spot.in("outputs", "artifacts").items.map((each) => each.at("fromExpression")),
    );
  }
  for (const template of set.templatesOf(object)) {
    for (const { spot } of callsOf(template)) {
      spots.push(...spot.in("arguments", "artifacts").items.map((each) => each.at("fromExpression")));
    }
  }
  for (const spot of [...spots, object.spec.in("retryStrategy", "expression")]) {
    if (spot.exists) yield unjudged("kind", spot, "expressions are not judged");
  }
}

const BEYOND: Readonly<Record<string, string>> = {
  http: "HTTP templates are not judged",
  plugin: "plugin templates are not judged",
  data: "data templates are not judged",
};

/** What this proof does not know, so that nobody takes silence for a proof. */
export function* kinds(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  yield* expressions(object, set);
  for (const key of ["hooks", "podSpecPatch"]) {
    const spot = object.spec.at(key);
    if (spot.exists) {
      yield unjudged("kind", spot, `${key} are not judged`);
    }
  }
  for (const template of set.templatesOf(object)) {
    for (const [key, message] of Object.entries(BEYOND)) {
      if (template.spot.at(key).exists) {
        yield unjudged("kind", template.spot.at(key), message);
      }
    }
    if (template.spot.at("podSpecPatch").exists) {
      yield unjudged("kind", template.spot.at("podSpecPatch"), "podSpecPatch is not judged");
    }
    for (const { spot } of callsOf(template)) {
      if (spot.at("withParam").exists) {
        yield unjudged("kind", spot.at("withParam"), "the items are known when the run has come to them");
      }
      if (spot.at("hooks").exists) {
        yield unjudged("kind", spot.at("hooks"), "when and with what a hook runs is not judged");
      }
    }
  }
}

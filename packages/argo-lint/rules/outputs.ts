import { callsOf } from "../flow/calls";
import { flowOf } from "../flow/flow";
import { type Remark, unjudged, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import { hooked, reachFrom } from "../flow/reach";
import { referenceProblem, type Scope } from "../expressions/scope";
import type { Spot } from "../objects/spot";
import { hasNestedTags, taggedTexts } from "../expressions/tags";

const NOTHING: Scope["all"] = new Map();
const STEP_MEMBERS = new Set(["inline", "hooks"]);
const OUTSIDE_CALLS = new Set(["steps", "dag", "outputs"]);
const NOT_TEMPLATES = new Set(["templates", "templateDefaults"]);

/** Every reference names a value that is there when it is used. */
export function* references(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  // In a manifest all references are those of the template around it, and are judged there.
  if (object.creator !== undefined) {
    return;
  }
  const base = baseScope(object, set);
  for (const [key, spot] of object.spec.members) {
    if (NOT_TEMPLATES.has(key)) continue;
    // Arguments and hooks are filled in once. All else ends in pods, and is filled in for each of them.
    yield* judge(spot, ["arguments", "hooks"].includes(key) ? base : { ...base, everyPod: true });
  }
  const first = set.entrypoint(object);
  const running = reachFrom(first === undefined ? [] : [first], set, { hooks: false });
  for (const template of object.templates) {
    yield* inTemplate(template, { ...base, running: running.has(template) });
  }
}

function baseScope(object: WorkflowObject, set: ProofSet): Scope {
  const source = set.source(object).object;
  const parameters = [object, ...(source === undefined ? [] : [source])].flatMap(({ spec }) =>
    spec.in("arguments", "parameters").items.flatMap((each) => each.at("name").text ?? []),
  );
  return {
    object,
    workflowParameters: new Set(parameters),
    mayGetMore: mayGetMore(object, source, set),
    running: false,
    everyPod: false,
    exported: exportsOf(object, set),
    templates: [],
    group: undefined,
    before: NOTHING,
    all: NOTHING,
    inCall: false,
    loops: false,
    resolve: (call) => set.resolve(call.spot, object).template,
  };
}

/** Whether a run may have parameters that are declared nowhere in what was given. */
function mayGetMore(object: WorkflowObject, source: WorkflowObject | undefined, set: ProofSet): boolean {
  // Templates that others take over find the parameters of their workflow.
  return source === undefined || object.isLibrary || (!object.runs && !set.options.closed);
}

/** Names under which the templates of a run export outputs, if all of these templates are known. */
function exportsOf(object: WorkflowObject, set: ProofSet): ReadonlySet<string> | undefined {
  const seen = new Set<TemplateNode>();
  const found = new Set<string>();
  const source = set.source(object).object;
  let complete = source !== undefined && (object.runs || (set.options.closed && !object.isLibrary));
  const add = (template: TemplateNode): void => {
    if (seen.has(template)) return;
    seen.add(template);
    for (const sort of ["parameters", "artifacts"]) {
      for (const output of template.spot.in("outputs", sort).items) {
        const name = output.at("globalName").text;
        complete &&= name === undefined || !name.includes("{");
        found.add(name ?? "");
      }
    }
    for (const { spot } of callsOf(template)) {
      const called = set.resolve(spot, template.home).template;
      if (called === undefined) complete = false;
      else add(called);
      hooked(spot, template.home, set).forEach(add);
    }
  };
  [...object.templates, ...(source?.templates ?? []), ...hooked(object.spec, object, set)].forEach(add);
  return complete ? found : undefined;
}

function* inTemplate(template: TemplateNode, outer: Scope): Generator<Remark> {
  const own: Scope = { ...outer, templates: [...outer.templates, template] };
  const flow = flowOf(template);
  if (flow === undefined) {
    yield* judge(template.spot, own);
    return;
  }
  const group = template.type === "steps" ? "steps" : "tasks";
  const inside: Scope = { ...own, group, all: flow.all, before: flow.all };
  yield* judge(template.spot, inside, OUTSIDE_CALLS);
  yield* judge(template.spot.at("outputs"), inside);
  for (const { call, before } of flow.turns) {
    const scope: Scope = { ...inside, before, inCall: true, loops: call.loops };
    yield* judge(call.spot, scope, STEP_MEMBERS);
    yield* judge(call.spot.at("hooks"), { ...scope, self: call.name });
    const inline = call.spot.at("inline");
    if (inline.isObject) {
      const resolved = outer.resolve(call);
      if (resolved !== undefined) yield* inTemplate(resolved, scope);
    }
  }
}

function* judge(spot: Spot, scope: Scope, except?: ReadonlySet<string>): Generator<Remark> {
  for (const [text, tags] of taggedTexts(spot, except)) {
    if (hasNestedTags(text.text ?? "")) {
      yield unjudged("kind", text, "what a nested reference refers to is known when the run has come to it");
    }
    for (const tag of tags) {
      if (tag.expression) {
        yield unjudged("kind", text, "expressions are not judged");
        continue;
      }
      const problem = referenceProblem(tag.text, scope);
      if (problem !== undefined) {
        const message = `${tag.text}: ${problem.message}`;
        yield problem.unsure === true
          ? unjudged("output", text, message, problem.remedy)
          : wrong("output", text, message, problem.remedy);
      }
    }
  }
}

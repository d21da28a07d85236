import { callGraphOf } from "../../flow/call-graph";
import { type RuleDiagnostic, unsupported, warning, error } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { type Exports, exportsOf } from "../../flow/exports";
import { reachFrom, reachOfRun } from "../../flow/reach";
import { declared, type Problem } from "../../expressions/problem";
import type { ReferenceContext } from "../../expressions/reference-context";
import { referenceProblem } from "../../expressions/references";
import type { Node } from "../../objects/node";
import { hasNestedTags, taggedTexts, unclosedTag } from "../../expressions/tags";

const NOTHING: ReferenceContext["all"] = new Map();
const STEP_MEMBERS = new Set(["inline", "hooks"]);
const OUTSIDE_CALLS = new Set(["steps", "dag", "outputs"]);
const NOT_TEMPLATES = new Set(["templates", "templateDefaults"]);

/** Every reference names a value that is there when it is used. */
export function* outputs(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  // In a manifest all references are those of the template around it, and are checked there.
  if (object.creator !== undefined) {
    return;
  }
  const exports = exportsOf(object, set);
  const base = { ...baseContext(object, set), exported: exports?.all, made: exports?.all };
  for (const [key, node] of object.spec.members) {
    if (NOT_TEMPLATES.has(key)) continue;
    // Arguments and hooks are filled in once. All else ends in pods, and is filled in for each of them.
    yield* check(node, ["arguments", "hooks"].includes(key) ? base : { ...base, everyPod: true });
  }
  const running = reachFrom([set.entrypoint(object)], set, { hooks: false });
  for (const template of object.templates) {
    yield* inTemplate(template, { ...base, running: running.has(template) }, exports);
  }
  yield* borrowed(object, set, base);
}

/** Whether it is the source of an artifact that may be missing. */
function isOptional(from: Node, { call, templates }: ReferenceContext): boolean {
  const passed = call?.node.in("arguments", "artifacts") ?? templates.at(-1)?.node.in("outputs", "artifacts");
  return (passed?.items ?? []).some(
    (each) => each.at("optional").value === true && each.at("from").label === from.label,
  );
}

/** The parameters of the run that templates of others use: what such a template finds is the run's, not its own. */
function* borrowed(
  object: WorkflowObject,
  set: WorkflowSet,
  { workflowParameters, mayGetMore }: ReferenceContext,
): Generator<RuleDiagnostic> {
  if (!object.runs || mayGetMore) return;
  const source = set.source(object).object;
  for (const template of reachOfRun(object, set)) {
    const { home, node } = template;
    if (home === object || home === source) continue;
    for (const [, tags] of taggedTexts(node, new Set(["inputs"]))) {
      for (const { text, expression } of tags) {
        const [, name] = /^workflow\.parameters\.([^.]+)$/.exec(text) ?? [];
        if (expression || name === undefined || name === "json" || workflowParameters.has(name)) continue;
        yield error(
          "output",
          object.spec,
          `the template ${template.name ?? "inline"} of ${home.title} uses workflow.parameters.${name}, which this workflow does not have`,
          declared("parameters", [...workflowParameters]),
        );
      }
    }
  }
}

function baseContext(object: WorkflowObject, set: WorkflowSet): ReferenceContext {
  const source = set.source(object).object;
  const parameters = [object, ...(source === undefined ? [] : [source])].flatMap(
    ({ spec }) => spec.in("arguments", "parameters").names,
  );
  return {
    object,
    workflowParameters: new Set(parameters),
    metadata: new Set([object, ...(source === undefined ? [] : [source])].flatMap(metadataOf)),
    mayGetMore: mayGetMore(object, source, set),
    running: false,
    hasExit: [object, source].some((each) => each?.spec.at("onExit").exists === true),
    hasPriority: [object, source].some((each) => each?.spec.at("priority").exists === true),
    everyPod: false,
    exported: undefined,
    made: undefined,
    templates: [],
    inlines: set.templatesOf(object).filter(({ name, node }) => name === undefined && isInline(node)).length,
    group: undefined,
    before: NOTHING,
    all: NOTHING,
    inLoop: false,
    resolve: (call) => set.resolve(call.node, object).template,
  };
}

/** Labels and annotations that a run of the object has from it, as `labels.app`. */
function metadataOf({ kind, root, spec }: WorkflowObject): string[] {
  const holders = [root.in("spec", "workflowMetadata"), spec.at("workflowMetadata")];
  // The runs of a schedule or a template have those that it names for them.
  if (kind === "Workflow") holders.push(root.at("metadata"));
  return holders.flatMap((holder) =>
    ["labels", "labelsFrom", "annotations"].flatMap((group) =>
      holder.at(group).members.map(([key]) => `${group.replace("From", "")}.${key}`),
    ),
  );
}

/** Whether a run may have parameters that are declared nowhere in what was given. */
function mayGetMore(object: WorkflowObject, source: WorkflowObject | undefined, set: WorkflowSet): boolean {
  // Templates that others take over find the parameters of their workflow.
  return source === undefined || object.isLibrary || (!object.runs && !set.options.closed);
}

function* inTemplate(
  template: Template,
  outer: ReferenceContext,
  exports: Exports | undefined,
): Generator<RuleDiagnostic> {
  const templates = [...outer.templates, template];
  const own: ReferenceContext = {
    ...outer,
    templates,
    exported: exports?.before(template),
    made: exports?.made(template),
  };
  const flow = callGraphOf(template);
  if (flow === undefined) {
    yield* check(template.node, own);
    return;
  }
  const group = template.type === "steps" ? "steps" : "tasks";
  // Outside of the calls are its outputs, which are read at its end.
  const inside: ReferenceContext = {
    ...own,
    group,
    all: flow.all,
    before: flow.all,
    exported: exports?.all,
    made: exports?.all,
  };
  yield* check(template.node, inside, OUTSIDE_CALLS);
  yield* check(template.node.at("outputs"), inside);
  yield* check(template.node.in("dag", "target"), inside);
  for (const { call, before } of flow.order) {
    const known = { exported: exports?.before(call), made: exports?.made(template, call) };
    const context: ReferenceContext = { ...inside, before, call, ...known };
    yield* check(call.node, context, STEP_MEMBERS);
    yield* check(call.node.at("hooks"), { ...inside, before, call, self: call.name });
    const inline = call.node.at("inline");
    if (inline.isObject) {
      const resolved = outer.resolve(call);
      if (resolved === undefined) continue;
      const around = isLooked(resolved, outer) ? own : context;
      yield* inTemplate(resolved, { ...around, inLoop: outer.inLoop || call.loops }, exports);
    }
  }
}

function isInline(node: Node): boolean {
  return node.label.endsWith("inline");
}

/**
 * Whether Argo looks at an inline template by itself, where there are no items and no other steps: it takes all without
 * a name for one, and looks at the first.
 */
function isLooked({ name }: Template, { inlines }: ReferenceContext): boolean {
  return name !== undefined || inlines === 1;
}

const ARTIFACT = /^(?:inputs|outputs|(?:steps|tasks)\.[^.]+\.outputs|workflow\.outputs)\.artifacts\.[^.]+$/;

/** An artifact is passed on by `from` alone. */
function artifactAsText(reference: string, text: Node): Problem | undefined {
  return ARTIFACT.test(reference) && text.path.at(-1) !== "from"
    ? {
        message: "it is an artifact, and no text: Argo leaves the braces as they are",
        fix: "pass it under artifacts, by from, and read it at its path",
      }
    : undefined;
}

function* check(
  node: Node,
  context: ReferenceContext,
  except?: ReadonlySet<string>,
): Generator<RuleDiagnostic> {
  for (const [text, tags] of taggedTexts(node, except)) {
    const unclosed = unclosedTag(text.text ?? "");
    if (unclosed !== undefined) {
      const message = `the braces of ${unclosed} are not closed: Argo refuses the run, or leaves them as they are`;
      yield error("output", text, message, `write {{${unclosed}}}`);
    } else if (hasNestedTags(text.text ?? "")) {
      yield unsupported("kind", text, "what a nested reference refers to is known only during the run");
    }
    for (const tag of tags) {
      if (tag.expression) {
        yield unsupported("kind", text, "expressions are not checked");
        continue;
      }
      // Metrics have names of their own, retries among them.
      if (/^(?:retries|lastRetry)\b/.test(tag.text) && /\.metrics\./.test(text.label)) continue;
      const problem = referenceProblem(tag.text, context) ?? artifactAsText(tag.text, text);
      if (problem !== undefined) {
        const message = `${tag.text}: ${problem.message}`;
        const isHarmless =
          problem.harmless === true || (problem.harmlessIfOptional === true && isOptional(text, context));
        const report = problem.unsure === true ? unsupported : isHarmless ? warning : error;
        yield report("output", text, message, problem.fix);
      }
    }
  }
}

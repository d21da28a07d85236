import { callsOf } from "../../flow/calls";
import { containersOf } from "../../objects/containers";
import { type RuleDiagnostic, error, warning } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { isDuration, isGoDuration } from "../../objects/duration";
import type { Node } from "../../objects/node";
import { declared } from "../../expressions/problem";
import { literal } from "../../expressions/tags";

const WORD = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
/** Name of an object in Kubernetes, and the beginning of one. */
const NAME = new RegExp(`^${WORD}(?:\\.${WORD})*$`);
const BEGINNING = new RegExp(`^(?:${WORD}\\.)*[a-z0-9][-a-z0-9]*\\.?$`);
/** What a CronWorkflow starts has a time after its name. */
const LONGEST = { CronWorkflow: 52, others: 63 };

const POD_GC = ["OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"];
const CLAIM_GC = ["OnWorkflowCompletion", "OnWorkflowSuccess"];
const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"];
const ARTIFACT_GC = ["OnWorkflowCompletion", "OnWorkflowDeletion", "Never"];
const RETRY_POLICIES = ["Always", "OnFailure", "OnError", "OnTransientError"];

/** Fields hold what Argo or the cluster reads there, where their type is no more than a string or a number. */
export function* fields(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* names(object);
  const { spec } = object;
  yield* oneOf(spec.in("podGC", "strategy"), POD_GC);
  yield* oneOf(spec.in("volumeClaimGC", "strategy"), CLAIM_GC);
  yield* duration(spec.in("podGC", "deleteDelayDuration"), isDuration);
  for (const each of spec.in("podGC", "labelSelector", "matchExpressions").items) {
    yield* oneOf(each.at("operator"), OPERATORS);
  }
  yield* oneOf(spec.in("artifactGC", "strategy"), ARTIFACT_GC, warning);
  const most = spec.at("parallelism");
  if ((most.integer ?? 1) <= 0) {
    const message = `with a parallelism of ${most.text ?? ""} Argo starts no pod, and the run hangs until it is raised`;
    yield error("template", most, message, "give a number above 0");
  }
  for (const metric of spec.in("metrics", "prometheus").items) yield* metricNames(metric, warning);
  yield* hooks(spec);
  for (const holder of [spec, spec.at("templateDefaults")]) {
    yield* oneOf(holder.in("retryStrategy", "retryPolicy"), RETRY_POLICIES);
  }
  for (const template of set.templatesOf(object)) {
    yield* ofTemplate(template);
    for (const { node } of callsOf(template)) yield* hooks(node);
  }
}

function* names({ kind, root }: WorkflowObject): Generator<RuleDiagnostic> {
  const [name, beginning] = ["name", "generateName"].map((key) => root.in("metadata", key)) as [Node, Node];
  const fix = "use small letters, digits and hyphens";
  const text = literal(name);
  const longest = kind === "CronWorkflow" ? LONGEST.CronWorkflow : LONGEST.others;
  if (text !== undefined && text !== "" && !NAME.test(text)) {
    yield error("template", name, `the cluster refuses the name "${text}"`, fix);
  } else if (text !== undefined && text.length > longest) {
    const message = `the name has ${text.length} characters, and Argo takes ${longest} at most`;
    yield error("template", name, message, "shorten it");
  }
  if (!name.exists && !beginning.exists && root.at("metadata").exists) {
    yield error("template", root.at("metadata"), "the object has no name", "add name or generateName");
  }
  const start = literal(beginning);
  if (!name.exists && start !== undefined && start !== "" && !BEGINNING.test(start)) {
    yield error("template", beginning, `the cluster refuses names that begin with "${start}"`, fix);
  }
}

function* hooks(holder: Node): Generator<RuleDiagnostic> {
  for (const [name, hook] of holder.at("hooks").members) {
    if (name !== "exit" && (hook.at("expression").text ?? "") === "") {
      yield error(
        "condition",
        hook,
        `the hook ${name} has no expression, without which only the hook exit runs`,
        'add expression, as in workflow.status == "Running"',
      );
    }
  }
}

function* oneOf(node: Node, values: readonly string[], report = error): Generator<RuleDiagnostic> {
  const text = literal(node);
  if (text === undefined || text === "" || values.includes(text)) return;
  yield report("template", node, `${text} is not a value of this field`, `use one of ${values.join(", ")}`);
}

function* duration(
  node: Node,
  test: (text: string) => boolean,
  fix = "give seconds, or a duration such as 1h30m",
): Generator<RuleDiagnostic> {
  const text = literal(node);
  if (text !== undefined && text !== "" && !test(text)) {
    yield error("template", node, `"${text}" is not a duration`, fix);
  }
}

const IN_UNITS = "give a duration with its unit, such as 30s or 24h: there is no unit for days";

function* ofTemplate(template: Template): Generator<RuleDiagnostic> {
  const { node, type } = template;
  const isLeaf = type !== "steps" && type !== "dag" && type !== "suspend";
  yield* oneOf(node.in("retryStrategy", "retryPolicy"), RETRY_POLICIES);
  yield* duration(node.in("memoize", "maxAge"), isGoDuration, IN_UNITS);
  yield* duration(node.at("timeout"), isGoDuration, IN_UNITS);
  if (type !== undefined && !isLeaf && (node.at("timeout").text ?? "") !== "") {
    const message = `a template of type ${type} has no timeout, and Argo refuses the object`;
    yield error("deadline", node.at("timeout"), message, "give one to the templates that it calls");
  }
  if (isLeaf && type !== undefined && node.at("parallelism").exists) {
    const message = "only steps and dag templates have parallelism, and Argo refuses the object";
    yield error("template", node.at("parallelism"), message, "move it to the template that calls this one");
  }
  yield* oneOf(node.in("resource", "mergeStrategy"), ["strategic", "merge", "json"]);
  yield* mounts(template);
  yield* plugin(node.at("plugin"));
  yield* manifest(template);
  yield* metrics(node);
}

function* plugin(node: Node): Generator<RuleDiagnostic> {
  if (!node.isObject || node.members.length === 1) return;
  const message = `a plugin has one member, named as itself, and here are ${node.members.length}: Argo refuses the object`;
  yield error("template", node, message, "give one, as in hello: {}");
}

function* mounts(template: Template): Generator<RuleDiagnostic> {
  // Those of a set are looked at with what its containers share.
  if (template.type === "containerSet") return;
  const { node } = template;
  for (const container of containersOf(template)) {
    const paths = new Set<string>();
    const isMain = container.value === node.at("container").value;
    const isScript = container.value === node.at("script").value;
    const loaded =
      isMain || isScript ? node.in("inputs", "artifacts").items.map((each) => each.at("path")) : [];
    const mounted = container.at("volumeMounts").items.map((each) => each.at("mountPath"));
    // A script finds an artifact in the volume at its path; of a container, Argo refuses that.
    const besides = isScript ? mounted.map((each) => literal(each)) : [];
    const others = loaded.filter((each) => !besides.includes(literal(each)));
    for (const path of [...mounted, ...others]) {
      const text = literal(path);
      if (text === undefined || text === "") continue;
      if (paths.has(text)) yield error("volume", path, `${text} is mounted twice`, "use another path");
      paths.add(text);
    }
  }
}

function* manifest({ node, type }: Template): Generator<RuleDiagnostic> {
  const resource = node.at("resource");
  const action = literal(resource.at("action"));
  if (type !== "resource" || action === undefined || action === "get" || action === "delete") return;
  const artifact = resource.in("manifestFrom", "artifact", "name");
  const inputs = node.in("inputs", "artifacts").names;
  if (artifact.text !== undefined && !inputs.includes(artifact.text)) {
    const message = `the template has no input artifact ${artifact.text}, from which the manifest is taken`;
    yield error("template", artifact, message, declared("input artifacts", inputs));
  }
  const given = ["manifest", "manifestFrom"].filter((key) => resource.at(key).exists);
  if (given.length === 1 && resource.at("manifest").text !== "") return;
  const message = given.length === 2 ? "there are two manifests" : `there is no manifest to ${action}`;
  yield error("template", resource, message, "give one of manifest and manifestFrom");
}

function* metrics(node: Node): Generator<RuleDiagnostic> {
  for (const metric of node.in("metrics", "prometheus").items) {
    yield* metricNames(metric);
    if ((metric.at("help").text ?? "") === "") {
      yield error("template", metric, "the metric has no help, and Argo refuses the object", "add help");
    }
    for (const type of ["gauge", "counter", "histogram"].map((each) => metric.at(each))) {
      if (!type.isObject || (type.at("value").text ?? "") !== "") continue;
      yield error("template", type, "the metric has no value, and Argo refuses the object", "add value");
    }
    const gauge = metric.at("gauge");
    if (gauge.at("realtime").value === true && gauge.at("value").text?.includes("resourcesDuration.")) {
      const message = "resourcesDuration is known only at the end, and the gauge is in real time";
      yield error("template", gauge, message, "remove realtime, or use duration");
    }
  }
}

/** Names that Argo refuses in a template; of the workflow's own metrics it leaves out those that have one. */
function* metricNames(metric: Node, report = error): Generator<RuleDiagnostic> {
  const labels = metric.at("labels").items.map((each) => each.at("key"));
  for (const name of [metric.at("name"), ...labels]) {
    const text = literal(name);
    if (text === undefined || /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text)) continue;
    const fix = "use letters, digits and underscores";
    yield report("template", name, `"${text}" is not a name in metrics`, fix);
  }
}

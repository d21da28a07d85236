import type { Call } from "../flow/calls";
import { containersOfSet } from "../objects/containers";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { Spot } from "../objects/spot";

/** What can be referred to from a spot in a template. */
export interface Scope {
  readonly object: WorkflowObject;
  /** The workflow's own parameters. */
  readonly workflowParameters: ReadonlySet<string>;
  /** True where a run may bring further ones. */
  readonly mayGetMore: boolean;
  /** True where the run is surely still going on: what is known of its end is not there yet. */
  readonly running: boolean;
  /** True in fields of the workflow that Argo fills in for each pod, with what is known there. */
  readonly everyPod: boolean;
  /** Names under which templates of the run export outputs; undefined where not all of them are known. */
  readonly exported: ReadonlySet<string> | undefined;
  /** Inputs and own outputs are those of these templates: an inline one also sees what is around it. */
  readonly templates: readonly TemplateNode[];
  /** How references call steps here: `steps` or `tasks`; undefined where there are none. */
  readonly group: Call["group"] | undefined;
  /** The calls whose outputs are there. */
  readonly before: ReadonlyMap<string, Call>;
  /** All calls of the template, for the message about one that comes too late. */
  readonly all: ReadonlyMap<string, Call>;
  /** The call that refers to itself, as hooks do. */
  readonly self?: string | undefined;
  /** True inside of a step or task; `item` is then there only if it has a list of items. */
  readonly inCall: boolean;
  readonly loops: boolean;
  /** The template that a call runs; undefined if it is not known. */
  readonly resolve: (call: Call) => TemplateNode | undefined;
}

/** What is wrong with a reference, and what mends it. */
export interface Problem {
  readonly message: string;
  readonly remedy: string;
  /** True if it is not sure that it is a mistake. */
  readonly unsure?: boolean;
}

const WORKFLOW =
  /^(?:name|namespace|mainEntrypoint|serviceAccountName|uid|priority|duration|status|failures|scheduledTime|creationTimestamp(?:\..+)?|parameters(?:\.json)?|(?:labels|annotations)(?:\..+)?|outputs\..+)$/;

/** What every step has, apart from its outputs. */
const FACTS = ["id", "ip", "status", "exitCode", "startedAt", "finishedAt", "hostNodeName", "message"];

/** Judges a reference: the text between the braces. Words that Argo does not know are left to others. */
export function referenceProblem(path: string, scope: Scope): Problem | undefined {
  const [first, second = "", third, ...rest] = path.split(".");
  if (scope.everyPod && first !== "workflow") {
    return first === "inputs" ? inputOfSome(second, third, scope) : undefined;
  }
  switch (first) {
    case "inputs":
      return input(second, third, scope);
    case "outputs":
      return ownOutput(second, third, scope);
    case "workflow":
      return workflow(
        [second, third, ...rest].filter((part) => part !== undefined),
        scope,
      );
    case "steps":
    case "tasks":
      return second === "name" ? undefined : step(first, second, [third ?? "", ...rest], scope);
    case "item":
      return scope.inCall && !scope.loops
        ? { message: "there are no items here", remedy: "add withItems, withParam or withSequence" }
        : undefined;
    default:
      return undefined;
  }
}

function names(spots: readonly Spot[]): string[] {
  return spots.flatMap((each) => each.at("name").text ?? []);
}

function declared(what: string, known: readonly string[]): string {
  return known.length === 0
    ? `declare it: there are no ${what}`
    : `declare it, or use one of ${known.join(", ")}`;
}

function input(sort: string, name: string | undefined, scope: Scope): Problem | undefined {
  const known = scope.templates.flatMap(({ spot }) => names(spot.in("inputs", sort).items));
  if (sort !== "parameters" && sort !== "artifacts") {
    return {
      message: `a template has no inputs.${sort}`,
      remedy: "use inputs.parameters or inputs.artifacts",
    };
  }
  return name === undefined || known.includes(name)
    ? undefined
    : {
        message: `the template has no input ${name} among its ${sort}`,
        remedy: declared(`input ${sort}`, known),
      };
}

/** An input that a template of the workflow has: in the pods of the others the reference stays as it is. */
function inputOfSome(sort: string, name: string | undefined, { object }: Scope): Problem | undefined {
  const known = object.templates.flatMap(({ spot }) => names(spot.in("inputs", sort).items));
  return name === undefined || known.includes(name) || object.templateRef.exists
    ? undefined
    : {
        message: `no template has an input ${name} among its ${sort}`,
        remedy: declared(`input ${sort}`, known),
      };
}

function ownOutput(sort: string, name: string | undefined, scope: Scope): Problem | undefined {
  if ((sort !== "parameters" && sort !== "artifacts") || name === undefined) {
    return undefined;
  }
  const known = scope.templates.flatMap(({ spot }) => names(spot.in("outputs", sort).items));
  return known.includes(name)
    ? undefined
    : {
        message: `the template has no output ${name} among its ${sort}`,
        remedy: declared(`output ${sort}`, known),
      };
}

function workflow(parts: readonly string[], scope: Scope): Problem | undefined {
  const [sort, name, last] = parts;
  if (sort === "parameters" && name !== undefined && name !== "json") {
    const known = scope.workflowParameters;
    if (known.has(name)) {
      return undefined;
    }
    const message = `the workflow has no parameter ${name}`;
    const remedy = declared("parameters", [...known]);
    return scope.mayGetMore
      ? { message: `${message}; a run would have to bring it`, remedy, unsure: true }
      : { message, remedy };
  }
  if (sort === "outputs" && (name === "parameters" || name === "artifacts") && last !== undefined) {
    return scope.exported?.has(last) === false
      ? { message: `no template exports an output as ${last}`, remedy: "give that output a globalName" }
      : undefined;
  }
  if (sort === "failures" && scope.running) {
    return {
      message: "which steps have failed is known when the run has ended",
      remedy: "refer to it in the exit handler alone",
    };
  }
  return WORKFLOW.test(parts.join("."))
    ? undefined
    : { message: `a workflow has no ${parts.join(".")}`, remedy: "use one of Argo's workflow variables" };
}

function step(group: string, name: string, rest: readonly string[], scope: Scope): Problem | undefined {
  if (scope.group === undefined) {
    return {
      message: `outputs of ${group} cannot be seen from inside this template`,
      remedy: "pass the value to the template as a parameter",
    };
  }
  if (group !== scope.group) {
    return { message: `there are no ${group} here`, remedy: `write ${scope.group}.${name}` };
  }
  const call = scope.before.get(name) ?? (scope.self === name ? scope.all.get(name) : undefined);
  if (call === undefined) {
    const one = group === "steps" ? "step" : "task";
    return scope.all.has(name)
      ? {
          message: `the ${one} ${name} has not ended when its value is needed`,
          remedy:
            group === "steps" ? "refer to a step of an earlier group" : `make the task depend on ${name}`,
        }
      : {
          message: `there is no ${one} ${name}`,
          remedy: declared(`earlier ${group}`, [...scope.before.keys()]),
        };
  }
  return property(call, rest, scope.resolve(call));
}

/** Whether it is a container set of which one container yields what it prints. */
function hasMain(template: TemplateNode): boolean {
  return containersOfSet(template).some((each) => each.at("name").text === "main");
}

function property(
  call: Call,
  rest: readonly string[],
  template: TemplateNode | undefined,
): Problem | undefined {
  const [first = "", sort, name] = rest;
  if (first !== "outputs") {
    return FACTS.includes(first)
      ? undefined
      : { message: `a step has no ${first}`, remedy: `use outputs or one of ${FACTS.join(", ")}` };
  }
  const { type } = template ?? {};
  // What plugins, HTTP calls and data templates yield is decided elsewhere.
  if (template === undefined || type === undefined || ["http", "plugin", "data"].includes(type)) {
    return undefined;
  }
  const title = `the template ${template.name ?? "inline"}`;
  if (sort === "result") {
    return ["container", "script"].includes(type) || hasMain(template)
      ? undefined
      : { message: `${title} has no result: it is of kind ${type}`, remedy: "use an output parameter" };
  }
  if (sort !== "parameters" && sort !== "artifacts") {
    return {
      message: `${title} has no outputs.${sort ?? ""}`,
      remedy: "use parameters, artifacts or result",
    };
  }
  const known = names(template.spot.in("outputs", sort).items);
  if (name === undefined) {
    return call.loops
      ? undefined
      : { message: "the name of the output is missing", remedy: declared(`outputs`, known) };
  }
  return known.includes(name)
    ? undefined
    : {
        message: `${title} has no output ${name} among its ${sort}`,
        remedy: declared(`output ${sort}`, known),
      };
}

import type { Call } from "../flow/calls";
import { containersOfSet } from "../objects/containers";
import type { Template, WorkflowObject } from "../objects/workflow-object";

/** What can be referred to from a node in a template. */
export interface ReferenceContext {
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
  readonly templates: readonly Template[];
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
  readonly resolve: (call: Call) => Template | undefined;
}

/** What is wrong with a reference, and the fix. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
  /** True if it is not sure that it is a mistake. */
  readonly unsure?: boolean;
}

const WORKFLOW =
  /^(?:name|namespace|mainEntrypoint|serviceAccountName|uid|priority|duration|status|failures|scheduledTime|creationTimestamp(?:\..+)?|parameters(?:\.json)?|(?:labels|annotations)(?:\..+)?|outputs\..+)$/;

/** What every step has, apart from its outputs. */
const FACTS = ["id", "ip", "status", "exitCode", "startedAt", "finishedAt", "hostNodeName", "message"];

/** Checks a reference: the text between the braces. One that Argo does not know is not an error here. */
export function referenceProblem(path: string, context: ReferenceContext): Problem | undefined {
  const [first, second = "", third, ...rest] = path.split(".");
  if (context.everyPod && first !== "workflow") {
    return first === "inputs" ? inputOfSome(second, third, context) : undefined;
  }
  switch (first) {
    case "inputs":
      return input(second, third, context);
    case "outputs":
      return ownOutput(second, third, context);
    case "workflow":
      return workflow(
        [second, third, ...rest].filter((part) => part !== undefined),
        context,
      );
    case "steps":
    case "tasks":
      return second === "name" ? undefined : step(first, second, [third ?? "", ...rest], context);
    case "item":
      return context.inCall && !context.loops
        ? { message: "there are no items here", fix: "add withItems, withParam or withSequence" }
        : undefined;
    default:
      return undefined;
  }
}

function declared(what: string, known: readonly string[]): string {
  return known.length === 0
    ? `declare it: there are no ${what}`
    : `declare it, or use one of ${known.join(", ")}`;
}

function input(sort: string, name: string | undefined, context: ReferenceContext): Problem | undefined {
  const known = context.templates.flatMap(({ node }) => node.in("inputs", sort).names);
  if (sort !== "parameters" && sort !== "artifacts") {
    return {
      message: `a template has no inputs.${sort}`,
      fix: "use inputs.parameters or inputs.artifacts",
    };
  }
  return name === undefined || known.includes(name)
    ? undefined
    : {
        message: `the template has no input ${name} among its ${sort}`,
        fix: declared(`input ${sort}`, known),
      };
}

/** An input that a template of the workflow has: in the pods of the others the reference stays as it is. */
function inputOfSome(
  sort: string,
  name: string | undefined,
  { object }: ReferenceContext,
): Problem | undefined {
  const known = object.templates.flatMap(({ node }) => node.in("inputs", sort).names);
  return name === undefined || known.includes(name) || object.templateRef.exists
    ? undefined
    : {
        message: `no template has an input ${name} among its ${sort}`,
        fix: declared(`input ${sort}`, known),
      };
}

function ownOutput(sort: string, name: string | undefined, context: ReferenceContext): Problem | undefined {
  if ((sort !== "parameters" && sort !== "artifacts") || name === undefined) {
    return undefined;
  }
  const known = context.templates.flatMap(({ node }) => node.in("outputs", sort).names);
  return known.includes(name)
    ? undefined
    : {
        message: `the template has no output ${name} among its ${sort}`,
        fix: declared(`output ${sort}`, known),
      };
}

function workflow(parts: readonly string[], context: ReferenceContext): Problem | undefined {
  const [sort, name, last] = parts;
  if (sort === "parameters" && name !== undefined && name !== "json") {
    const known = context.workflowParameters;
    if (known.has(name)) {
      return undefined;
    }
    const message = `the workflow has no parameter ${name}`;
    const fix = declared("parameters", [...known]);
    return context.mayGetMore
      ? { message: `${message}; a run must pass it`, fix, unsure: true }
      : { message, fix };
  }
  if (sort === "outputs" && (name === "parameters" || name === "artifacts") && last !== undefined) {
    return context.exported?.has(last) === false
      ? { message: `no template exports an output as ${last}`, fix: "give that output a globalName" }
      : undefined;
  }
  if (sort === "failures" && context.running) {
    return {
      message: "the failures are known only when the run has ended",
      fix: "use it in the exit handler only",
    };
  }
  return WORKFLOW.test(parts.join("."))
    ? undefined
    : { message: `a workflow has no ${parts.join(".")}`, fix: "use one of Argo's workflow variables" };
}

function step(
  group: string,
  name: string,
  rest: readonly string[],
  context: ReferenceContext,
): Problem | undefined {
  if (context.group === undefined) {
    return {
      message: `outputs of ${group} are not visible inside this template`,
      fix: "pass the value to the template as a parameter",
    };
  }
  if (group !== context.group) {
    return { message: `there are no ${group} here`, fix: `write ${context.group}.${name}` };
  }
  const call = context.before.get(name) ?? (context.self === name ? context.all.get(name) : undefined);
  if (call === undefined) {
    const one = group === "steps" ? "step" : "task";
    return context.all.has(name)
      ? {
          message: `the ${one} ${name} has not ended when its value is used`,
          fix: group === "steps" ? "refer to a step of an earlier group" : `make the task depend on ${name}`,
        }
      : {
          message: `there is no ${one} ${name}`,
          fix: declared(`earlier ${group}`, [...context.before.keys()]),
        };
  }
  return property(call, rest, context.resolve(call));
}

/** Whether it is a container set of which one container yields what it prints. */
function hasMain(template: Template): boolean {
  return containersOfSet(template).some((each) => each.at("name").text === "main");
}

function property(call: Call, rest: readonly string[], template: Template | undefined): Problem | undefined {
  const [first = "", sort, name] = rest;
  if (first !== "outputs") {
    return FACTS.includes(first)
      ? undefined
      : { message: `a step has no ${first}`, fix: `use outputs or one of ${FACTS.join(", ")}` };
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
      : { message: `${title} has no result: its type is ${type}`, fix: "use an output parameter" };
  }
  if (sort !== "parameters" && sort !== "artifacts") {
    return {
      message: `${title} has no outputs.${sort ?? ""}`,
      fix: "use parameters, artifacts or result",
    };
  }
  const known = template.node.in("outputs", sort).names;
  if (name === undefined) {
    return call.loops
      ? undefined
      : { message: "the name of the output is missing", fix: declared(`outputs`, known) };
  }
  return known.includes(name)
    ? undefined
    : {
        message: `${title} has no output ${name} among its ${sort}`,
        fix: declared(`output ${sort}`, known),
      };
}

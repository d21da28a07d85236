import type { Call } from "../flow/calls";
import type { Template, WorkflowObject } from "../objects/workflow-object";
import { declared, type Problem } from "./problem";
import { stepValueProblem } from "./step-values";

/** What can be referred to from a node in a template. */
export interface ReferenceContext {
  readonly object: WorkflowObject;
  /** The workflow's own parameters. */
  readonly workflowParameters: ReadonlySet<string>;
  /** Labels and annotations that every run has: the group, a point, and the key. */
  readonly metadata: ReadonlySet<string>;
  /** True where a run may bring further ones. */
  readonly mayGetMore: boolean;
  /** True where the run is surely still going on: what is known of its end is not there yet. */
  readonly running: boolean;
  /** True where the workflow has an exit handler under `onExit`. */
  readonly hasExit: boolean;
  /** True where the workflow has a priority. */
  readonly hasPriority: boolean;
  /** True in fields of the workflow that Argo fills in for each pod, with what is known there. */
  readonly everyPod: boolean;
  /** Outputs with a global name that are there, as `parameters.score`; undefined where not all of them are known. */
  readonly exported: ReadonlySet<string> | undefined;
  /** Inputs and own outputs are those of these templates: an inline one also sees what is around it. */
  readonly templates: readonly Template[];
  /** How many inline templates without a name the object has. */
  readonly inlines: number;
  /** How references call steps here: `steps` or `tasks`; undefined where there are none. */
  readonly group: Call["group"] | undefined;
  /** The calls whose outputs are there. */
  readonly before: ReadonlyMap<string, Call>;
  /** All calls of the template, for the message about one that comes too late. */
  readonly all: ReadonlyMap<string, Call>;
  /** The call that refers to itself, as hooks do. */
  readonly self?: string | undefined;
  /** The step or task that it stands in; `item` is there only if it has a list of items. */
  readonly call?: Call;
  /** True in an inline template of a loop, in all of which Argo fills in the items. */
  readonly inLoop: boolean;
  /** The template that a call runs; undefined if it is not known. */
  readonly resolve: (call: Call) => Template | undefined;
}

/** Keys of labels and annotations that Argo gives to runs. */
const ARGOS_OWN = "workflows.argoproj.io/";

const WORKFLOW =
  /^(?:name|namespace|mainEntrypoint|serviceAccountName|uid|priority|duration|status|failures|scheduledTime|creationTimestamp(?:\..+)?|parameters(?:\.json)?|(?:labels|annotations)(?:\..+)?|outputs\..+)$/;

/** Checks a reference: the text between the braces. One that Argo does not know is not an error here. */
export function referenceProblem(path: string, context: ReferenceContext): Problem | undefined {
  const [first, second = "", third, ...rest] = path.split(".");
  // A word alone belongs to another program, apart from those that Argo has.
  if (!path.includes(".") && !["item", "retries"].includes(first ?? "")) return undefined;
  if (context.everyPod && first !== "workflow") {
    return first === "inputs" ? inputOfSome(second, third, context) : undefined;
  }
  switch (first) {
    case "inputs":
      return input(second, third, rest, context);
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
      return item(path, context);
    case "pod":
      return pod(context.templates.at(-1));
    case "retries":
    case "lastRetry":
      return retry(context);
    default:
      return undefined;
  }
}

/** Keys that the items have, if they are written out; a list is taken apart by `item.[0]`. */
function item(path: string, { call, inLoop }: ReferenceContext): Problem | undefined {
  const key = path.slice("item.".length);
  if (call === undefined) {
    // An item as a whole stays as it is: it may be meant for another program.
    return key === ""
      ? undefined
      : { message: "items are not visible inside a template", fix: "pass the value to it as a parameter" };
  }
  const { node, loops } = call;
  if (!loops && inLoop && key === "") return undefined;
  if (!loops) return { message: "there are no items here", fix: "add withItems, withParam or withSequence" };
  if (key === "" || (node.at("withParam").text ?? "") !== "") return undefined;
  const items = node.at("withItems").items;
  const keys = items.flatMap((each) =>
    Array.isArray(each.value)
      ? each.items.map((_, index) => `[${index}]`)
      : each.members.map(([name]) => name),
  );
  return keys.includes(key)
    ? undefined
    : { message: `no item has ${key}`, fix: declared("keys of items", [...new Set(keys)]) };
}

function pod(template: Template | undefined): Problem | undefined {
  return template === undefined || template.isPod || template.types.length !== 1
    ? undefined
    : {
        message: `a template of type ${template.type ?? ""} has no pod`,
        fix: "use it in the templates that run in a pod",
      };
}

/** Only what is tried again counts how often: a template by itself, or all those of the run. */
function retry({ object, templates }: ReferenceContext): Problem | undefined {
  const { spec } = templates.at(-1)?.home ?? object;
  const holders = [...templates.map(({ node }) => node), spec, spec.at("templateDefaults")];
  return holders.some((holder) => holder.at("retryStrategy").exists)
    ? undefined
    : {
        message: "there is no retryStrategy, and Argo leaves the braces as they are",
        fix: "add retryStrategy to the template, or remove the reference",
        harmless: true,
      };
}

function input(
  sort: string,
  name: string | undefined,
  rest: readonly string[],
  context: ReferenceContext,
): Problem | undefined {
  if (sort !== "parameters" && sort !== "artifacts") {
    return {
      message: `a template has no inputs.${sort}`,
      fix: "use inputs.parameters or inputs.artifacts",
    };
  }
  const known = context.templates.flatMap(({ node }) => node.in("inputs", sort).names);
  if (name !== undefined && !known.includes(name)) {
    return {
      message: `the template has no input ${name} among its ${sort}`,
      fix: declared(`input ${sort}`, known),
    };
  }
  const member = rest.join(".");
  if (member === "") return undefined;
  if (sort === "parameters") {
    const fix = `use inputs.parameters.${name ?? ""}, or an expression for a part of its value`;
    return { message: `an input parameter has no ${member}`, fix };
  }
  if (member !== "path") return { message: `an input artifact has no ${member}`, fix: "use its path" };
  const { isPod = true, type } =
    context.templates.findLast(({ node }) => node.in("inputs", sort).names.includes(name ?? "")) ?? {};
  return isPod || type === "http" || type === "plugin"
    ? undefined
    : {
        message: `a template of type ${type ?? ""} has no pod, in which the artifact had a path`,
        fix: "use the path in the template that runs in a pod",
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
  const [, key = ""] = /^(?:labels|annotations)\.(.+)$/.exec(parts.join(".")) ?? [];
  if (key !== "" && key !== "json" && !key.startsWith(ARGOS_OWN) && !context.metadata.has(parts.join("."))) {
    return {
      message: `the workflow has no ${key} among its ${sort ?? ""}; a run must bring it`,
      fix: "give it to the workflow under metadata or workflowMetadata",
      unsure: true,
    };
  }
  if (sort === "outputs" && (name === "parameters" || name === "artifacts") && last !== undefined) {
    return context.exported?.has(`${name}.${last}`) === false
      ? {
          message: `no step before exports an output of its ${name} as ${last}`,
          fix: "give that output a globalName, and let this be run after the step that has it",
        }
      : undefined;
  }
  if (sort === "parameters" && context.workflowParameters.size === 0) {
    return {
      message: "the workflow has no parameters",
      fix: "declare them, or remove the reference",
      unsure: context.mayGetMore,
    };
  }
  if (sort === "priority" && !context.hasPriority) {
    return {
      message: "the workflow has no priority; a run must bring it",
      fix: "give it a priority",
      unsure: !context.object.runs,
    };
  }
  if (sort === "failures" && context.running) {
    return {
      message: "the failures are known only when the run has ended",
      fix: "use it in the exit handler only",
    };
  }
  // The hooks of a workflow have them all the same.
  if (sort === "failures" && !context.hasExit && context.templates.length > 0) {
    return {
      message: "Argo knows the failures only in workflows with onExit",
      fix: "run the exit handler by onExit, not by a hook",
      unsure: context.object.isLibrary,
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
  return stepValueProblem(call, rest, context.resolve(call));
}

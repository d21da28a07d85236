import { Node } from "../objects/node";
import type { Template } from "../objects/workflow-object";
import { declared, type Problem, problem } from "./problem";
import type { ReferenceContext } from "./reference-context";
import { stepValueProblem } from "./step-values";
import { workflowValueProblem } from "./workflow-values";

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
      return workflowValueProblem(
        [second, third, ...rest].filter((part) => part !== undefined),
        context,
      );
    case "steps":
    case "tasks":
      return second === "name" ? undefined : step(first, second, [third ?? "", ...rest], context);
    case "item":
      return item(path, context);
    case "pod":
      return pod(path, context.templates.at(-1));
    case "retries":
    case "lastRetry":
      return retry(path, context);
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
      : problem("items are not visible inside a template", "pass the value to it as a parameter");
  }
  const { node, loops } = call;
  if (!loops && inLoop && key === "") return undefined;
  if (!loops) return problem("there are no items here", "add withItems, withParam or withSequence");
  const list = node.at("withParam").text ?? "";
  const items = list === "" ? node.at("withItems").items : writtenItems(list);
  if (key === "" || items === undefined) return undefined;
  const keys = items.flatMap((each) =>
    Array.isArray(each.value)
      ? each.items.map((_, index) => `[${index}]`)
      : each.members.map(([name]) => name),
  );
  return keys.includes(key)
    ? undefined
    : problem(`no item has ${key}`, declared("keys of items", [...new Set(keys)]));
}

/** The items of a list that is written out, as JSON. */
function writtenItems(text: string): Node[] | undefined {
  if (text.includes("{{")) return undefined;
  try {
    return new Node(JSON.parse(text)).items;
  } catch {
    return undefined;
  }
}

function pod(path: string, template: Template | undefined): Problem | undefined {
  if (path !== "pod.name") return problem("Argo knows the name of a pod alone", "use pod.name");
  return template === undefined || template.isPod || template.types.length !== 1
    ? undefined
    : problem(
        `a template of type ${template.type ?? ""} has no pod`,
        "use it in the templates that run in a pod",
      );
}

const RETRY = /^(?:retries|lastRetry\.(?:exitCode|status|duration|message))$/;

/** Only what is tried again counts how often: a template by itself, or all those of the run. */
function retry(path: string, { object, templates }: ReferenceContext): Problem | undefined {
  if (!RETRY.test(path)) {
    const fix = "use retries, or lastRetry with exitCode, status, duration or message";
    return {
      message: "Argo knows no such value of a retry, and leaves the braces as they are",
      fix,
      harmless: true,
    };
  }
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
    return problem(`a template has no inputs.${sort}`, "use inputs.parameters or inputs.artifacts");
  }
  const known = context.templates.flatMap(({ node }) => node.in("inputs", sort).names);
  if (name !== undefined && !known.includes(name)) {
    return problem(`the template has no input ${name} among its ${sort}`, declared(`input ${sort}`, known));
  }
  const member = rest.join(".");
  if (member === "") return undefined;
  if (sort === "parameters") {
    const fix = `use inputs.parameters.${name ?? ""}, or an expression for a part of its value`;
    return { message: `an input parameter has no ${member}`, fix };
  }
  if (member !== "path") return problem(`an input artifact has no ${member}`, "use its path");
  const { isPod = true, type } =
    context.templates.findLast(({ node }) => node.in("inputs", sort).names.includes(name ?? "")) ?? {};
  return isPod || type === "http" || type === "plugin"
    ? undefined
    : problem(
        `a template of type ${type ?? ""} has no pod, in which the artifact had a path`,
        "use the path in the template that runs in a pod",
      );
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
    : problem(`no template has an input ${name} among its ${sort}`, declared(`input ${sort}`, known));
}

function ownOutput(sort: string, name: string | undefined, context: ReferenceContext): Problem | undefined {
  if ((sort !== "parameters" && sort !== "artifacts") || name === undefined) {
    return undefined;
  }
  const known = context.templates.flatMap(({ node }) => node.in("outputs", sort).names);
  return known.includes(name)
    ? undefined
    : problem(`the template has no output ${name} among its ${sort}`, declared(`output ${sort}`, known));
}

function step(
  group: string,
  name: string,
  rest: readonly string[],
  context: ReferenceContext,
): Problem | undefined {
  if (context.group === undefined) {
    return problem(
      `outputs of ${group} are not visible inside this template`,
      "pass the value to the template as a parameter",
    );
  }
  if (group !== context.group) {
    return problem(`there are no ${group} here`, `write ${context.group}.${name}`);
  }
  const call = context.before.get(name) ?? (context.self === name ? context.all.get(name) : undefined);
  if (call === undefined) {
    const one = group === "steps" ? "step" : "task";
    return context.all.has(name)
      ? problem(
          `the ${one} ${name} has not ended when its value is used`,
          group === "steps" ? "refer to a step of an earlier group" : `make the task depend on ${name}`,
        )
      : problem(`there is no ${one} ${name}`, declared(`earlier ${group}`, [...context.before.keys()]));
  }
  return stepValueProblem(call, rest, context.resolve(call));
}

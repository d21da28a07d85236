import type { Call } from "../flow/calls";
import { containersOfSet } from "../objects/containers";
import type { Template } from "../objects/workflow-object";
import { declared, type Problem, problem } from "./problem";

/** What every step has, apart from its outputs. */
const FACTS = ["id", "ip", "status", "exitCode", "startedAt", "finishedAt", "hostNodeName"];

/** Whether it is a container set of which one container yields what it prints. */
function hasMain(template: Template): boolean {
  return containersOfSet(template).some((each) => each.at("name").text === "main");
}

/** What only some steps have: a daemon its address, a pod its exit code. */
function fact(name: string, template: Template, { loops }: Call): Problem | undefined {
  const { node, home, type = "" } = template;
  const title = `the template ${template.name ?? "inline"}`;
  if (name === "ip") {
    const holders = [node, home.spec.at("templateDefaults")];
    return holders.some((holder) => holder.at("daemon").exists)
      ? undefined
      : problem(`${title} is not a daemon, and has no address`, "add daemon: true to it");
  }
  const hasCode = ["container", "script", "data", "http", "plugin"].includes(type) || hasMain(template);
  return name !== "exitCode" || hasCode || loops
    ? undefined
    : problem(`${title} has no exit code: its type is ${type}`, "use its status");
}

/** What is wrong with a value of a step that has ended: what comes after its name. */
export function stepValueProblem(
  call: Call,
  rest: readonly string[],
  template: Template | undefined,
): Problem | undefined {
  const [first = "", sort, name] = rest;
  const { type } = template ?? {};
  if (first !== "outputs") {
    if (!FACTS.includes(first)) {
      return problem(`a step has no ${first}`, `use outputs or one of ${FACTS.join(", ")}`);
    }
    return template === undefined || type === undefined ? undefined : fact(first, template, call);
  }
  if (template === undefined || type === undefined) return undefined;
  const title = `the template ${template.name ?? "inline"}`;
  if (sort === "result") {
    return ["container", "script", "http", "plugin", "data"].includes(type) || hasMain(template)
      ? undefined
      : problem(`${title} has no result: its type is ${type}`, "use an output parameter");
  }
  if (sort !== "parameters" && sort !== "artifacts") {
    return problem(`${title} has no outputs.${sort ?? ""}`, "use parameters, artifacts or result");
  }
  const known = template.node.in("outputs", sort).names;
  if (sort === "artifacts" && call.loops && name !== undefined && known.includes(name)) {
    return {
      message: "Argo gathers parameters and results of a loop, and no artifacts",
      fix: "let the items write below one key of the artifact repository, and pass that on",
      harmlessIfOptional: true,
    };
  }
  if (name === undefined) {
    if (call.node.at("withSequence").exists) {
      return problem(
        "of the steps of a sequence Argo knows no list of all parameters, and refuses the run",
        declared("outputs", known),
      );
    }
    return call.loops ? undefined : problem("the name of the output is missing", declared(`outputs`, known));
  }
  return known.includes(name)
    ? undefined
    : problem(`${title} has no output ${name} among its ${sort}`, declared(`output ${sort}`, known));
}

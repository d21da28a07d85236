import type { Call } from "./calls";
import type { Template } from "../objects/workflow-object";
import { type Problem, problem } from "../expressions/problem";
import type { Node } from "../objects/node";
import { literal, tagsOf } from "../expressions/tags";

/** An output that a step or task refers to. */
export interface OutputReference {
  /** A fact is what only a pod has, such as its exit code. */
  readonly sort: "parameters" | "artifacts" | "result" | "fact";
  /** Undefined for a result, and for all parameters of a loop. */
  readonly name: string | undefined;
}

/** What takes the value, where the argument is nothing but the reference: the argument, and the input that it is for. */
export interface Destination {
  readonly argument: Node;
  readonly input: Node | undefined;
  /** False where the template with the input is not known: the input may then have a default, or be optional. */
  readonly isKnown: boolean;
}

/** An output that is not there when it is needed; `unsure` where it depends on the run whether it comes to that. */
export type MissingOutput = Pick<Problem, "message" | "fix" | "unsure">;

const HANGS = "Argo looks for it forever, and no deadline ends the run";
const SAME_CONDITION = "give the step that uses it the same condition";

function title(wanted: OutputReference): string {
  return wanted.sort === "result"
    ? "output result"
    : wanted.name === undefined
      ? "outputs"
      : `output ${wanted.name}`;
}

/** What is missing where a step is skipped. */
export function missingIfSkipped(
  producer: Call,
  template: Template,
  wanted: OutputReference,
  taken: Destination | undefined,
): MissingOutput | undefined {
  const name = producer.name ?? "";
  if (wanted.sort === "fact") {
    return problem(`${name} can be skipped, and then has no ${wanted.name ?? ""}: ${HANGS}`, SAME_CONDITION);
  }
  if (wanted.sort === "result") {
    // Argo registers results of skipped steps only where a template declares one, which no template can.
    return problem(
      `${name} can be skipped, and then has no result: ${HANGS}`,
      `${SAME_CONDITION}, or write the value to an output parameter with valueFrom.default`,
    );
  }
  if (wanted.sort === "artifacts") {
    const isOptional =
      taken?.argument.at("optional").value === true ||
      (producer.group === "steps" && taken?.input?.at("optional").value === true);
    return isOptional || taken === undefined
      ? undefined
      : {
          message: `${name} can be skipped, and then has no artifact ${wanted.name ?? ""}`,
          fix: `${SAME_CONDITION}, or make the artifact optional where it is passed and where it is taken`,
          unsure: producer.group === "steps" && !taken.isKnown,
        };
  }
  if (wanted.name === undefined || hasDefault(template, wanted.name) || taken?.input?.at("default").exists) {
    return undefined;
  }
  return {
    message: `${name} can be skipped, and its ${title(wanted)} has no default`,
    fix: `add valueFrom.default to the output ${wanted.name} of ${template.name ?? "the template"}`,
    unsure: taken?.isKnown === false,
  };
}

/** What is missing where a step fails, and the next ones run all the same. */
export function missingIfFailed(
  producer: Call,
  template: Template,
  wanted: OutputReference,
  taken: Destination | undefined,
  unsure: boolean,
): MissingOutput | undefined {
  const { type } = template;
  const name = producer.name ?? "";
  // Argo reads files and results of a pod that has failed too.
  const isRead = ["container", "script", "containerSet"].includes(type ?? "");
  if (type === "suspend" || type === "http" || type === "plugin" || wanted.name === undefined)
    return undefined;
  if (wanted.sort === "fact") return undefined;
  if (wanted.sort === "artifacts") {
    const declared = template.node.in("outputs", "artifacts").named(wanted.name);
    return taken === undefined || taken.argument.at("optional").value === true || declared === undefined
      ? undefined
      : {
          message: `${name} can have failed by then, before it has made the artifact ${wanted.name}`,
          fix: "make the artifact optional where it is passed and where it is taken",
          unsure,
        };
  }
  if (isRead && hasDefault(template, wanted.name)) return undefined;
  return {
    message: `${name} can have failed by then, and its ${title(wanted)} may not be there: ${taken === undefined ? "what needs it fails or hangs" : HANGS}`,
    fix: isRead
      ? `add valueFrom.default to the output ${wanted.name} of ${template.name ?? "the template"}`
      : `use the output only where ${name} has succeeded`,
    unsure,
  };
}

/** What is missing where a loop had no item: its outputs are lists, which are never set then. */
export function missingFromLoop(
  producer: Call,
  template: Template,
  wanted: OutputReference,
  taken: Destination | undefined,
  user: Template,
): MissingOutput | undefined {
  if (wanted.sort === "artifacts" || wanted.sort === "fact") return undefined;
  const name = producer.name ?? "";
  const when = producer.node.at("when").text?.trim() ?? "";
  // In a DAG, a loop whose items are all skipped still has the list of all its outputs.
  const isList = producer.group === "tasks" && wanted.name === undefined;
  if (when !== "" && when !== "true" && !isList) {
    const each = tagsOf(when).some(({ text, expression }) => expression || /^item\b/.test(text));
    return {
      message: `the loop ${name} can be skipped, and then the list of its ${title(wanted)} is never set: ${HANGS}`,
      fix: `${SAME_CONDITION}`,
      unsure: each,
    };
  }
  const [list, count] = [producer.node.at("withParam"), producer.node.in("withSequence", "count")];
  if (!list.exists && knownText(count.text ?? "1", user) !== "0") return undefined;
  const isSet =
    wanted.sort === "parameters" &&
    wanted.name !== undefined &&
    (hasDefault(template, wanted.name) || taken?.input?.at("default").exists === true);
  if (isSet) return undefined;
  return {
    message: `the list of the loop ${name} can be empty, and then the list of its ${title(wanted)} is never set: ${HANGS}`,
    fix: "give the loop, and the step that uses its outputs, a condition that the list is not empty",
    // Written so, or by the default of a parameter.
    unsure:
      (wanted.name !== undefined && taken?.isKnown === false) ||
      (list.exists && !/^\s*\[\s*\]\s*$/.test(knownText(list.text ?? "", user) ?? "")),
  };
}

/** The text, or the value that the parameter has which it refers to; undefined if that is not known. */
export function knownText(text: string, user: Template): string | undefined {
  const [, sort, name = ""] =
    /^\s*\{\{\s*(inputs|workflow)\.parameters\.([^.{}\s]+)\s*\}\}\s*$/.exec(text) ?? [];
  if (sort === undefined) return text.trim();
  const place = sort === "inputs" ? user.node.at("inputs") : user.home.spec.at("arguments");
  const declared = place.at("parameters").named(name);
  return declared && (literal(declared.at("value")) ?? literal(declared.at("default")));
}

function hasDefault(template: Template, parameter: string): boolean {
  const output = template.output(parameter);
  return output === undefined || output.in("valueFrom", "default").exists || output.at("value").exists;
}

import { callsOf } from "../../flow/calls";
import { knownText } from "../../flow/missing-output";
import { type RuleDiagnostic, unsupported, error, warning } from "../../objects/diagnostic";
import { literal } from "../../expressions/tags";
import type { Node } from "../../objects/node";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** The items of loops can be read: Argo fails the step when it comes to one whose items it cannot read. */
export function* loops(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    for (const { node } of callsOf(template)) {
      yield* kinds(node);
      yield* list(node.at("withParam"), template);
      yield* sequence(node.at("withSequence"), template);
    }
  }
}

function* kinds(call: Node): Generator<RuleDiagnostic> {
  const given = ["withItems", "withParam", "withSequence"].filter((key) => call.at(key).exists);
  if (given.length > 1) {
    yield error("loop", call, `${given.join(" and ")} are used together`, "give one of them");
  }
}

function* list(node: Node, template: Template): Generator<RuleDiagnostic> {
  // An empty text is none: the step runs once.
  if (node.isEmpty) return;
  const { text, isSure, title } = valueOf(node, template);
  if (text === undefined || (text === "" && !isSure)) {
    yield unsupported("kind", node, "the items are known only during the run");
  } else if (!isList(text)) {
    const report = isSure ? error : warning;
    yield report("loop", node, `${title} is not a list in JSON`, 'write it as ["a", "b"], or use withItems');
  }
}

/** A value that is written here, or is that of a parameter; it is sure unless whoever runs a template may pass another. */
function valueOf(
  node: Node,
  template: Template,
): { readonly text: string | undefined; readonly isSure: boolean; readonly title: string } {
  const own = literal(node);
  const text = own ?? knownText(node.text ?? "", template);
  const known = text?.includes("{{") === true ? undefined : text;
  const isSure = own !== undefined || (template.home.runs && /\bworkflow\./.test(node.text ?? ""));
  return { text: known, isSure, title: own ?? `"${known ?? ""}", which ${node.text ?? ""} is by default,` };
}

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/** As Go prints a number: one verb for it, and percent signs that are written twice. */
const INTEGER = /^(?:[^%]|%%)*%[-+# 0]*\d*(?:\.\d+)?[bcdoOqxXUv](?:[^%]|%%)*$/;

function* sequence(node: Node, template: Template): Generator<RuleDiagnostic> {
  if (!node.exists) return;
  if (!node.at("count").exists && !node.at("end").exists) {
    yield error("loop", node, "the sequence has neither count nor end", "add one of them");
  }
  if (node.at("count").exists && node.at("end").exists) {
    yield error("loop", node, "the sequence has both count and end", "remove one of them");
  }
  const format = literal(node.at("format")) ?? "";
  if (format !== "" && !INTEGER.test(format)) {
    const message = `"${format}" is not a format of a whole number, and Argo passes on a text with an error message in it`;
    yield warning("loop", node.at("format"), message, "write it as %d, %03d or %x");
  }
  for (const key of ["start", "count", "end"]) {
    const { text, isSure } = valueOf(node.at(key), template);
    if (node.at(key).exists && text !== undefined && !/^[-+]?\d+$/.test(text)) {
      const report = isSure ? error : warning;
      yield report("loop", node.at(key), `"${text}" is not a whole number`, "give a whole number");
    }
  }
}

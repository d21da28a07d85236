import { callsOf } from "../../flow/calls";
import { type RuleDiagnostic, unsupported, error } from "../../diagnostic";
import { literal } from "../../expressions/tags";
import type { Node } from "../../objects/node";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** The items of loops can be read: Argo fails the step when it comes to one whose items it cannot read. */
export function* loops(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    for (const { node } of callsOf(template)) {
      yield* kinds(node);
      yield* list(node.at("withParam"));
      yield* sequence(node.at("withSequence"));
    }
  }
}

function* kinds(call: Node): Generator<RuleDiagnostic> {
  const given = ["withItems", "withParam", "withSequence"].filter((key) => call.at(key).exists);
  if (given.length > 1) {
    yield error("loop", call, `${given.join(" and ")} are used together`, "give one of them");
  }
}

function* list(node: Node): Generator<RuleDiagnostic> {
  if (!node.exists) return;
  const text = literal(node);
  if (text === undefined) {
    yield unsupported("kind", node, "the items are known only during the run");
  } else if (!isList(text)) {
    yield error("loop", node, `${text} is not a list in JSON`, 'write it as ["a", "b"], or use withItems');
  }
}

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

function* sequence(node: Node): Generator<RuleDiagnostic> {
  if (!node.exists) return;
  if (!node.at("count").exists && !node.at("end").exists) {
    yield error("loop", node, "the sequence has neither count nor end", "add one of them");
  }
  if (node.at("count").exists && node.at("end").exists) {
    yield error("loop", node, "the sequence has both count and end", "remove one of them");
  }
  for (const key of ["start", "count", "end"]) {
    const text = literal(node.at(key));
    if (text !== undefined && !/^[-+]?\d+$/.test(text)) {
      yield error("loop", node.at(key), `"${text}" is not a whole number`, "give a whole number");
    }
  }
}

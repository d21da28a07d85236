import { warning, note, type RuleDiagnostic } from "../../objects/diagnostic";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import type { Node } from "../../objects/node";

/** Nothing is used that Argo 4 has removed: some of it works in 3.7, and some is not read there either. */
export function* deprecatedFields(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  if (object.kind === "CronWorkflow") {
    yield* deprecated(object.root.in("spec", "schedule"), "schedule", "write it as a list: schedules");
  }
  yield* unread(object.spec.at("podPriority"), "podPriority", "name a class: podPriorityClassName");
  yield* locks(object.spec);
  for (const { node } of set.templatesOf(object)) {
    yield* unread(node.at("priority"), "priority of a template", "name a class: priorityClassName");
    yield* locks(node);
  }
}

function* locks(holder: Node): Generator<RuleDiagnostic> {
  const synchronization = holder.at("synchronization");
  yield* deprecated(synchronization.at("mutex"), "mutex", "write it as a list: mutexes");
  yield* deprecated(synchronization.at("semaphore"), "semaphore", "write it as a list: semaphores");
}

function* deprecated(node: Node, what: string, fix: string): Generator<RuleDiagnostic> {
  if (node.exists) yield note("deprecated", node, `Argo 3.7 still reads ${what}, and Argo 4 does not`, fix);
}

function* unread(node: Node, what: string, fix: string): Generator<RuleDiagnostic> {
  if (node.exists) yield warning("deprecated", node, `Argo ignores ${what}`, fix);
}

import { type Call, needsOf, tasks } from "../../flow/calls";
import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import { atoms } from "../../expressions/depends";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

const ITEMS: readonly (string | undefined)[] = ["AnySucceeded", "AllFailed"];

/** A DAG has tasks, targets that exist, and no two ways of waiting that exclude each other: Argo refuses it otherwise. */
export function* dags(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    if (template.type !== "dag") continue;
    const dag = template.node.at("dag");
    const all = tasks(template);
    if (all.length === 0) yield error("template", dag, "the DAG has no task", "add tasks");
    const target = dag.at("target");
    for (const name of (target.text ?? "").split(" ")) {
      if (name === "" || name.includes("{{") || all.some((each) => each.name === name)) continue;
      const fix = `name one of ${all.flatMap((each) => each.name ?? []).join(", ")}`;
      yield error("dependency", target, `the target ${name} is not a task of this DAG`, fix);
    }
    for (const task of all) yield* waiting(task, all);
  }
}

function* waiting(task: Call, all: readonly Call[]): Generator<RuleDiagnostic> {
  const { node, name } = task;
  const usesDepends = all.some((each) => (each.node.at("depends").text ?? "") !== "");
  if (usesDepends && node.at("continueOn").exists) {
    yield error(
      "dependency",
      node.at("continueOn"),
      "continueOn is used in a DAG with depends, and Argo refuses the object",
      `write in the depends of the tasks that follow: ${name ?? "NAME"}.Succeeded || ${name ?? "NAME"}.Failed`,
    );
  }
  if (/^\d/.test(name ?? "") && (usesDepends || node.at("dependencies").items.length > 0)) {
    const message = "the name of a task begins with a digit, which depends and dependencies cannot name";
    yield error("dependency", node.at("name"), message, "begin it with a letter");
  }
  const { condition } = needsOf(task);
  for (const { task: other, result } of condition === undefined ? [] : atoms(condition)) {
    const found = all.find((each) => each.name === other);
    if (found === undefined || found.loops || !ITEMS.includes(result)) continue;
    yield error(
      "dependency",
      node.at("depends"),
      `${other}.${result ?? ""} is about the items of a loop, and ${other} is none`,
      `write ${other}.Succeeded or ${other}.Failed`,
    );
  }
}

import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import type { WorkflowObject } from "../../objects/workflow-object";
import { scheduleProblem } from "../../schedules/schedule";
import type { Node } from "../../objects/node";
import { literal } from "../../expressions/tags";

/** The schedules of a CronWorkflow: the list, and the one of before Argo 3.6. */
export function schedulesOf(object: WorkflowObject): Node[] {
  const spec = object.root.at("spec");
  return [...spec.at("schedules").items, spec.at("schedule")].filter(({ exists }) => exists);
}

/** Schedules can be read and fire. */
export function* schedules(object: WorkflowObject): Generator<RuleDiagnostic> {
  if (object.kind !== "CronWorkflow") {
    return;
  }
  const spec = object.root.at("spec");
  const zone = literal(spec.at("timezone"));
  const all = schedulesOf(object);
  if (all.length === 0) {
    yield error("schedule", spec, "there is no schedule", "add schedules");
  }
  if (spec.at("schedules").items.length > 0 && (spec.at("schedule").text ?? "") !== "") {
    const message = "there is a schedule and a list of schedules, and Argo starts no run";
    yield error("schedule", spec.at("schedule"), message, "put it into the list, and remove schedule");
  }
  for (const node of all) {
    const problem = scheduleProblem(literal(node) ?? "0 0 * * *", zone);
    if (problem !== undefined) {
      yield error(
        "schedule",
        node,
        `"${node.text ?? ""}" never fires: ${problem}`,
        "correct the schedule or its time zone",
      );
    }
  }
  const late = spec.at("startingDeadlineSeconds");
  if ((late.integer ?? 0) < 0) {
    const message = "the time in which a missed run may still start is negative, and Argo refuses the object";
    yield error("schedule", late, message, "give 0 or more seconds");
  }
  const policy = literal(spec.at("concurrencyPolicy"));
  if (policy !== undefined && !["Allow", "Forbid", "Replace", ""].includes(policy)) {
    yield error(
      "schedule",
      spec.at("concurrencyPolicy"),
      `${policy} is not a concurrency policy`,
      "give Allow, Forbid or Replace",
    );
  }
}

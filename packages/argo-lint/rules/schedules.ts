import { type Remark, wrong } from "../finding";
import type { WorkflowObject } from "../objects/objects";
import { scheduleProblem } from "../schedules/schedule";
import type { Spot } from "../objects/spot";
import { literal } from "../expressions/tags";

/** The schedules of a CronWorkflow: the list, and the one of before Argo 3.6. */
export function schedulesOf(object: WorkflowObject): Spot[] {
  const spec = object.root.at("spec");
  return [...spec.at("schedules").items, spec.at("schedule")].filter(({ exists }) => exists);
}

/** Schedules can be read and fire. */
export function* schedules(object: WorkflowObject): Generator<Remark> {
  if (object.kind !== "CronWorkflow") {
    return;
  }
  const spec = object.root.at("spec");
  const zone = literal(spec.at("timezone"));
  const all = schedulesOf(object);
  if (all.length === 0) {
    yield wrong("schedule", spec, "nothing says when it runs", "add schedules");
  }
  for (const spot of all) {
    const problem = scheduleProblem(literal(spot) ?? "0 0 * * *", zone);
    if (problem !== undefined) {
      yield wrong(
        "schedule",
        spot,
        `"${spot.text ?? ""}" never fires: ${problem}`,
        "correct the schedule or its time zone",
      );
    }
  }
  const policy = literal(spec.at("concurrencyPolicy"));
  if (policy !== undefined && !["Allow", "Forbid", "Replace", ""].includes(policy)) {
    yield wrong(
      "schedule",
      spec.at("concurrencyPolicy"),
      `${policy} is no policy`,
      "give Allow, Forbid or Replace",
    );
  }
}

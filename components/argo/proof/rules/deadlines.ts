import { type Remark, wrong } from "../finding";
import type { WorkflowObject } from "../objects";
import type { ProofSet } from "../proof-set";
import type { Spot } from "../spot";

/**
 * The innermost deadline ends first, so that its message is the one that is seen: a template's fits in its workflow's,
 * and that of a run that a template starts and waits for fits in the template's.
 */
export function* deadlines(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  const source = set.source(object).object;
  const whole = deadline(object.spec) ?? (source && deadline(source.spec));
  for (const template of set.templatesOf(object)) {
    const own = deadline(template.spot);
    const spot = template.spot.at("activeDeadlineSeconds");
    if (spot.exists && (template.type === "steps" || template.type === "dag")) {
      yield wrong(
        "deadline",
        spot,
        "only templates that run in a pod have a deadline",
        "move it to the templates it runs",
      );
    } else if (own !== undefined && own <= 0) {
      yield wrong(
        "deadline",
        spot,
        "a deadline is a positive number of seconds",
        "give the longest time it may take",
      );
    } else if (own !== undefined && whole !== undefined && own > whole) {
      yield wrong(
        "deadline",
        spot,
        `the template may take ${own} s, but its workflow ends after ${whole} s`,
        `give the template at most ${whole} s, or the workflow more`,
      );
    }
    const available = Math.min(own ?? Infinity, whole ?? Infinity);
    for (const child of follows(template.spot) ? set.workflowsOf(template) : []) {
      const target = set.source(child).object;
      const needed = deadline(child.spec) ?? (target && deadline(target.spec));
      if (needed !== undefined && needed > available) {
        yield wrong(
          "deadline",
          template.spot,
          `the run that it starts may take ${needed} s, but the wait for it ends after ${available} s`,
          `give the run at most ${available} s, or the template more`,
        );
      }
    }
  }
}

/** Whether a resource template waits until its object has come to an end. */
function follows(template: Spot): boolean {
  return ["successCondition", "failureCondition"].some((key) => template.in("resource", key).exists);
}

function deadline(holder: Spot): number | undefined {
  return holder.at("activeDeadlineSeconds").integer;
}

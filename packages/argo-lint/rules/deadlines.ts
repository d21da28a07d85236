import { callsOf, stepGroups } from "../flow/calls";
import { type Remark, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import { exitHandlers, reachFrom } from "../flow/reach";
import type { Spot } from "../objects/spot";

/**
 * The innermost deadline ends first, so that its message is the one that is seen: a template's fits in its workflow's,
 * and that of a run that a template starts and waits for fits in the template's, with what the run does at its end.
 */
export function* deadlines(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  const source = set.source(object).object;
  const limit = deadline(object.spec) ?? (source && deadline(source.spec));
  const first = set.entrypoint(object);
  const duringRun = reachFrom(first === undefined ? [] : [first], set, { hooks: true });
  const atExit = reachFrom(exitHandlers(object, set), set, { hooks: true });
  for (const template of set.templatesOf(object)) {
    // A run's deadline does not hold for its exit handler.
    const whole = atExit.has(template) && !duringRun.has(template) ? undefined : limit;
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
      const steps = deadline(child.spec) ?? (target && deadline(target.spec));
      const end = Math.max(0, ...exitHandlers(child, set).map((handler) => secondsOf(handler, set)));
      if (steps !== undefined && steps + end > available) {
        yield wrong(
          "deadline",
          template.spot,
          `the run that it starts may take ${steps} s${end === 0 ? "" : ` and ${end} s for its exit handler`}, ` +
            `but the wait for it ends after ${available} s`,
          `give the run at most ${Math.max(0, available - end)} s, or the template more`,
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

/** The seconds that a template may surely be said to need: of what has no deadline, nothing is known. */
function secondsOf(template: TemplateNode, set: ProofSet, above: readonly TemplateNode[] = []): number {
  if (above.includes(template)) {
    return 0;
  }
  if (template.isPod) {
    return Math.max(0, deadline(template.spot) ?? 0);
  }
  const longest = (calls: readonly { readonly spot: Spot }[]): number =>
    Math.max(
      0,
      ...calls.map(({ spot }) => {
        const called = set.resolve(spot, template.home).template;
        return called === undefined ? 0 : secondsOf(called, set, [...above, template]);
      }),
    );
  return template.type === "steps"
    ? stepGroups(template).reduce((sum, group) => sum + longest(group), 0)
    : longest(callsOf(template));
}

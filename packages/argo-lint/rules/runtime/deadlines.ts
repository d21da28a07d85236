import { callsOf, stepGroups } from "../../flow/calls";
import { type RuleDiagnostic, error, warning } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { exitHandlers, reachFrom } from "../../flow/reach";
import type { Node } from "../../objects/node";
import { literal } from "../../expressions/tags";

/**
 * The innermost deadline ends first, so that its message is the one that is seen: a template's fits in its workflow's,
 * and that of a run that a template starts and waits for fits in the template's, with what the run does at its end.
 */
export function* deadlines(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  const source = set.source(object).object;
  const limit = deadline(object.spec) ?? (source && deadline(source.spec));
  if ((deadline(object.spec) ?? 1) <= 0) {
    const message = "a workflow with this deadline ends as soon as it has begun, and fails";
    yield error("deadline", object.spec.at("activeDeadlineSeconds"), message, "give a number above 0");
  }
  const duringRun = reachFrom([set.entrypoint(object)], set, { hooks: true });
  const atExit = reachFrom(exitHandlers(object, set), set, { hooks: true });
  for (const template of set.templatesOf(object)) {
    // A run's deadline does not hold for its exit handler.
    const whole = atExit.has(template) && !duringRun.has(template) ? undefined : limit;
    const own = deadline(template.node);
    const node = template.node.at("activeDeadlineSeconds");
    if (node.exists && (template.type === "steps" || template.type === "dag")) {
      yield error(
        "deadline",
        node,
        "steps and dag templates have no activeDeadlineSeconds, and Argo refuses the object",
        "move it to the templates that they call",
      );
    } else if (own === undefined && node.text !== undefined && literal(node) !== undefined) {
      const message = `"${node.text}" is not a number of seconds, and Argo refuses the object`;
      yield error("deadline", node, message, "give a whole number, or use timeout, which takes 10m");
    } else if (own !== undefined && own <= 0) {
      yield error(
        "deadline",
        node,
        "a deadline must be a positive number of seconds",
        "give a number above 0",
      );
    } else if (own !== undefined && whole !== undefined && own > whole) {
      yield warning(
        "deadline",
        node,
        `the template may take ${own} s, but its workflow ends after ${whole} s`,
        `give the template at most ${whole} s, or the workflow more`,
      );
    }
    const available = Math.min(own ?? Infinity, whole ?? Infinity);
    for (const child of follows(template.node) ? set.workflowsOf(template) : []) {
      const target = set.source(child).object;
      const steps = deadline(child.spec) ?? (target && deadline(target.spec));
      const end = Math.max(0, ...exitHandlers(child, set).map((handler) => secondsOf(handler, set)));
      if (steps !== undefined && steps + end > available) {
        yield error(
          "deadline",
          template.node,
          `the run that it starts may take ${steps} s${end === 0 ? "" : ` and ${end} s for its exit handler`}, ` +
            `but the wait for it ends after ${available} s`,
          `give the run at most ${Math.max(0, available - end)} s, or the template more`,
        );
      }
    }
  }
}

/** Whether a resource template waits until its object has come to an end. */
function follows(template: Node): boolean {
  return ["successCondition", "failureCondition"].some((key) => template.in("resource", key).exists);
}

function deadline(holder: Node): number | undefined {
  return holder.at("activeDeadlineSeconds").integer;
}

/** The seconds that a template may surely be said to need: of what has no deadline, nothing is known. */
function secondsOf(template: Template, set: WorkflowSet, above: readonly Template[] = []): number {
  if (above.includes(template)) {
    return 0;
  }
  if (template.isPod) {
    return Math.max(0, deadline(template.node) ?? 0);
  }
  const longest = (calls: readonly { readonly node: Node }[]): number =>
    Math.max(
      0,
      ...calls.map(({ node }) => {
        const called = set.resolve(node, template.home).template;
        return called === undefined ? 0 : secondsOf(called, set, [...above, template]);
      }),
    );
  return template.type === "steps"
    ? stepGroups(template).reduce((sum, group) => sum + longest(group), 0)
    : longest(callsOf(template));
}

import { containersOf } from "../../objects/containers";
import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { exitHandlers, reachFrom } from "../../flow/reach";
import type { Node } from "../../objects/node";
import { literal } from "../../expressions/tags";

/** Every container has requests and limits, so that a run fits in the machine, or is refused at once. */
export function* resources(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    for (const container of containersOf(template)) {
      const places = [container.at("resources"), ...defaults(object, template, container, "resources")];
      const missing = ["requests", "limits"].flatMap((group) =>
        ["cpu", "memory"]
          .filter((what) => !places.some((place) => place.in(group, what).exists))
          .map((what) => `${group}.${what}`),
      );
      if (missing.length > 0) {
        yield error(
          "resources",
          container,
          `the container has no ${missing.join(", ")}`,
          "add them under resources",
        );
      }
    }
  }
}

/**
 * Every image is given by its digest, so that a run uses what was tested, whatever a tag says later.
 *
 * @param exceptions Images that may be named otherwise.
 */
export function images(exceptions: readonly string[]) {
  return function* (object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
    for (const template of set.templatesOf(object)) {
      for (const container of containersOf(template)) {
        const places = [container.at("image"), ...defaults(object, template, container, "image")];
        const image = places.find(({ exists }) => exists);
        // That one is missing is said elsewhere.
        if (image === undefined) continue;
        const text = literal(image);
        if (text !== undefined && !/@sha256:[0-9a-f]{64}$/.test(text) && !exceptions.includes(text)) {
          yield error(
            "image",
            image,
            `the image ${text} has no digest`,
            "write it as name@sha256:…, or except it",
          );
        }
      }
    }
  };
}

/** What runs when a run ends has a deadline of its own, so that the run does end: the run's does not hold for it. */
export function* exitDeadlines(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  const preset = object.spec.in("templateDefaults", "activeDeadlineSeconds").exists;
  for (const template of reachFrom(exitHandlers(object, set), set, { hooks: true })) {
    const own = template.node.at("activeDeadlineSeconds");
    if (template.home === object && template.isPod && !own.exists && !preset) {
      yield error(
        "deadline",
        template.node,
        "it runs after the run, without a deadline: the run's own does not apply to it",
        "add activeDeadlineSeconds",
      );
    }
  }
}

/** What the workflow gives to all its templates. */
function defaults(object: WorkflowObject, template: Template, container: Node, key: string): Node[] {
  const { type } = template;
  const isMain = type !== undefined && container.value === template.node.at(type).value;
  return isMain ? [object.spec.in("templateDefaults", type, key)] : [];
}

import { containersOf } from "../../objects/containers";
import { type RuleDiagnostic, error } from "../../diagnostic";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { quantity } from "../../objects/quantity";

/** No container requests more than it may take: the cluster refuses such a pod. */
export function* limits(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    for (const container of containersOf(template)) {
      const resources = container.at("resources");
      for (const [what, request] of resources.at("requests").members) {
        const limit = resources.in("limits", what);
        const [needs, most] = [quantity(request), quantity(limit)];
        if (needs !== undefined && most !== undefined && needs > most) {
          yield error(
            "resources",
            request,
            `the request of ${request.text ?? ""} ${what} exceeds the limit of ${limit.text ?? ""}`,
            "lower the request, or raise the limit",
          );
        }
      }
    }
  }
}

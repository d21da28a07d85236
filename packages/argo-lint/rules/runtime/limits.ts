import { containersOf } from "../../objects/containers";
import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { literal } from "../../expressions/tags";
import type { Node } from "../../objects/node";
import { quantity } from "../../objects/quantity";

/** What containers and claims request can be read, and is no more than they may take: the cluster refuses it otherwise. */
export function* limits(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const claim of object.spec.at("volumeClaimTemplates").items) {
    yield* quantities(claim.in("spec", "resources"));
  }
  for (const template of set.templatesOf(object)) {
    for (const container of containersOf(template)) {
      const resources = container.at("resources");
      yield* quantities(resources);
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

function* quantities(resources: Node): Generator<RuleDiagnostic> {
  for (const key of ["requests", "limits"]) {
    for (const [what, node] of resources.at(key).members) {
      const text = literal(node);
      if (text === undefined || quantity(node) !== undefined) continue;
      const message = `"${text}" is not a quantity of ${what}, and Argo cannot read the object`;
      yield error("resources", node, message, "write a number with a unit, such as 500m or 1Gi");
    }
  }
}

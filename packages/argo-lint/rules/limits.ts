import { containersOf } from "../objects/containers";
import { type Remark, wrong } from "../finding";
import type { WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import { quantity } from "../objects/quantity";

/** No container requests more than it may take: the cluster refuses such a pod. */
export function* limits(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const template of set.templatesOf(object)) {
    for (const container of containersOf(template)) {
      const resources = container.at("resources");
      for (const [what, request] of resources.at("requests").members) {
        const limit = resources.in("limits", what);
        const [needs, most] = [quantity(request), quantity(limit)];
        if (needs !== undefined && most !== undefined && needs > most) {
          yield wrong(
            "resources",
            request,
            `it requests ${request.text ?? ""} of ${what}, and may take no more than ${limit.text ?? ""}`,
            "request less, or raise the limit",
          );
        }
      }
    }
  }
}

import { type RuleDiagnostic, error } from "../../diagnostic";
import { literal } from "../../expressions/tags";
import { isDuration } from "../../objects/duration";
import type { Node } from "../../objects/node";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** Limits and pauses of retries can be read: Argo looks at them when something has failed, and then fails itself. */
export function* retries(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* strategy(object.spec.at("retryStrategy"));
  yield* strategy(object.spec.in("templateDefaults", "retryStrategy"));
  for (const { node } of set.templatesOf(object)) yield* strategy(node.at("retryStrategy"));
}

function* strategy(node: Node): Generator<RuleDiagnostic> {
  const limit = literal(node.at("limit"));
  if (limit !== undefined && !/^[-+]?\d+$/.test(limit)) {
    const message = `"${limit}" is not a number of retries: nothing is tried again, and the run fails`;
    yield error("retry", node.at("limit"), message, "give a whole number");
  }
  const factor = node.in("backoff", "factor");
  if (!/^[-+]?\d+$/.test(literal(factor) ?? "1")) {
    const message = `"${literal(factor) ?? ""}" is not a factor: nothing is tried again, and the run fails`;
    yield error("retry", factor, message, "give a whole number");
  }
  for (const key of ["duration", "maxDuration", "cap"]) {
    const pause = node.in("backoff", key);
    if (!isDuration(literal(pause) ?? "0")) {
      const message = `"${literal(pause) ?? ""}" is not a duration: nothing is tried again, and the run fails`;
      yield error("retry", pause, message, "give a number of seconds, or as 30s or 1h30m");
    }
  }
}

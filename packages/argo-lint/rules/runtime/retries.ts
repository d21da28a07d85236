import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import { literal } from "../../expressions/tags";
import { isDuration, isGoDuration } from "../../objects/duration";
import type { Node } from "../../objects/node";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** Limits and pauses of retries can be read: Argo looks at them when something has failed, and then fails itself. */
export function* retries(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* strategy(object.spec.at("retryStrategy"));
  yield* strategy(object.spec.in("templateDefaults", "retryStrategy"));
  for (const { node } of set.templatesOf(object)) {
    yield* strategy(node.at("retryStrategy"));
    yield* ofSet(node.in("containerSet", "retryStrategy"));
  }
}

/** Of a container set Argo reads the strategy in the pod. */
function* ofSet(node: Node): Generator<RuleDiagnostic> {
  const [limit, pause] = [node.at("retries"), node.at("duration")];
  if (!/^[-+]?\d+$/.test(literal(limit) ?? "1")) {
    const message = `"${limit.text ?? ""}" is not a number of retries, and no container starts`;
    yield error("retry", limit, message, "give a whole number");
  }
  const text = literal(pause) ?? "";
  if (limit.exists && text !== "" && !isGoDuration(text)) {
    const message = `"${text}" is not a duration with a unit, and no container starts`;
    yield error("retry", pause, message, "write it as 30s or 1h30m");
  }
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
  const backoff = node.at("backoff");
  if (backoff.isObject && backoff.at("duration").isEmpty) {
    const message = "the backoff has no duration: nothing is tried again, and the run fails";
    yield error("retry", backoff, message, "add duration, as 30s");
  }
  for (const key of ["duration", "maxDuration", "cap"]) {
    const pause = node.in("backoff", key);
    if (!isDuration(literal(pause) ?? "0")) {
      const message = `"${literal(pause) ?? ""}" is not a duration: nothing is tried again, and the run fails`;
      yield error("retry", pause, message, "give a number of seconds, or as 30s or 1h30m");
    }
  }
}

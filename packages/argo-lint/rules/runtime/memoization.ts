import { error, type RuleDiagnostic } from "../../objects/diagnostic";
import { withoutTags, FILLED_IN_LATER } from "../../expressions/tags";
import type { Node } from "../../objects/node";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** As Argo reads it; an unknown value may be all of it, but adds nothing that is not allowed there. */
const KEY = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;

/** Results are kept in a ConfigMap that has a name, under a key that is allowed there: the step fails otherwise. */
export function* memoization(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* ofTemplate(object.spec.at("templateDefaults"));
  for (const { node } of set.templatesOf(object)) yield* ofTemplate(node);
}

function* ofTemplate(template: Node): Generator<RuleDiagnostic> {
  const memoize = template.at("memoize");
  if (!memoize.isObject) return;
  const map = memoize.in("cache", "configMap");
  const name = map.at("name");
  if (!map.exists || (map.isObject && name.isEmpty)) {
    const message = "no ConfigMap is named in which results are kept, and the step fails";
    yield error("template", memoize, message, "add cache.configMap.name");
  } else if (map.text !== undefined) {
    const message = "configMap is a text, and Argo refuses the object: it expects an object";
    yield error("template", map, message, `write it as configMap: { name: ${map.text} }`);
  }
  const key = memoize.at("key");
  const text = withoutTags(key.text ?? "").replaceAll(FILLED_IN_LATER, "x");
  if ((!key.exists || key.text !== undefined) && !KEY.test(text)) {
    const message = `"${key.text ?? ""}" is not a key of a kept result, and the step fails`;
    yield error("template", key.exists ? key : memoize, message, "use letters, digits and hyphens");
  }
}

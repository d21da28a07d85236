import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import { FILLED_IN_LATER } from "../../expressions/tags";
import { isLabelKey, isLabelValue } from "../../objects/label";
import type { Node } from "../../objects/node";
import type { WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** Labels and annotations are such as the cluster takes: it refuses the object, the run or the pod otherwise. */
export function* labels(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  const { root, spec, kind } = object;
  // Argo fills in no references there.
  yield* metadata(root.at("metadata"), "object", [FILLED_IN_LATER]);
  if (kind === "CronWorkflow") yield* metadata(root.in("spec", "workflowMetadata"), "run");
  yield* metadata(spec.at("workflowMetadata"), "run");
  yield* metadata(spec.at("podMetadata"), "pods");
  yield* metadata(spec.in("templateDefaults", "metadata"), "pods");
  for (const template of set.templatesOf(object)) {
    if (template.isPod) yield* metadata(template.node.at("metadata"), "pod");
  }
}

const FIX =
  "use letters, digits, hyphens, points and underscores, 63 at most, and none but letters and digits at the ends";

function* metadata(
  node: Node,
  what: string,
  unknown: readonly string[] = ["{{", FILLED_IN_LATER],
): Generator<RuleDiagnostic> {
  const isKnown = (text: string): boolean => !unknown.some((each) => text.includes(each));
  for (const sort of ["labels", "labelsFrom", "annotations"]) {
    for (const [key, value] of node.at(sort).members) {
      const { text } = value;
      if (isKnown(key) && !isLabelKey(sort === "annotations" ? key.toLowerCase() : key)) {
        const message = `the cluster refuses the ${what}: "${key}" is an invalid key`;
        yield error("template", value, message, `${FIX}; before it, a domain and a slash are possible`);
      } else if (sort === "labels" && text !== undefined && isKnown(text) && !isLabelValue(text)) {
        const message = `the cluster refuses the ${what}: "${text}" is an invalid label value`;
        yield error("template", value, message, `${FIX}; or make it an annotation`);
      }
    }
  }
}

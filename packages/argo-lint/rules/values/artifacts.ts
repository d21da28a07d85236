import { error, type RuleDiagnostic, warning } from "../../objects/diagnostic";
import { hasNestedTags, tagsOf } from "../../expressions/tags";
import { placeOf } from "../../objects/artifact";
import type { Node } from "../../objects/node";

/** What stands for an artifact: anything else is a text to Argo, which fails the step. */
const ARTIFACT = /^(?:inputs|(?:steps|tasks)\.[^.]+\.outputs|workflow\.outputs)\.artifacts\./;

/** What an artifact is taken from is an artifact. */
export function* artifactSources(artifacts: readonly Node[]): Generator<RuleDiagnostic> {
  for (const artifact of artifacts) {
    const from = artifact.at("from");
    const { text } = from;
    if (text === undefined || text === "" || hasNestedTags(text)) continue;
    const [tag] = tagsOf(text);
    if (tag !== undefined && (tag.expression || ARTIFACT.test(tag.text) || tag.text.startsWith("item")))
      continue;
    const isOptional = artifact.at("optional").value === true;
    const [report, end] = isOptional
      ? [warning, "it counts as missing"]
      : [error, "the step that takes it fails"];
    yield report(
      "arguments",
      from,
      `${text} is not an artifact, and ${end}`,
      "write it as {{steps.NAME.outputs.artifacts.NAME}} or {{inputs.artifacts.NAME}}",
    );
  }
}

/** Artifacts that are passed come from somewhere: Argo takes no `fromExpression` here. */
export function* withoutSource(artifacts: readonly Node[]): Generator<RuleDiagnostic> {
  for (const artifact of artifacts) {
    const from = artifact.at("from");
    if (!artifact.isObject || !from.isEmpty) continue;
    const place = placeOf(artifact);
    const message = `the artifact is passed without a source${lack(artifact)}`;
    const fix =
      place === undefined ? "add from, or a place such as s3 or raw" : `add ${place.needs.join(" or ")}`;
    if (place?.isComplete !== true) yield error("arguments", place?.node ?? artifact, message, fix);
  }
}

/** In brackets what the place of an artifact lacks to be one; empty if there is none, or nothing lacks. */
export function lack(artifact: Node): string {
  const place = placeOf(artifact);
  return place === undefined || place.isComplete
    ? ""
    : ` (its ${place.kind} has no ${place.needs.join(" and no ")})`;
}

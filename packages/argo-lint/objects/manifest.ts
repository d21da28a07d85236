import { error, type RuleDiagnostic, unsupported } from "./diagnostic";
import { FILLED_IN_LATER, tagsOf, withoutTags } from "../expressions/tags";
import { readYaml } from "../files/yaml-text";
import type { Node } from "./node";
import { mayHaveValueBefore } from "./values-before";
import type { Template } from "./workflow-object";

/** The objects in a manifest, or why there are none. */
export interface Manifest {
  readonly objects?: readonly Node[];
  readonly diagnostic?: RuleDiagnostic;
}

/**
 * The manifest of a resource template. Before a run, Argo puts the values that it has in the place of references, and
 * placeholders in that of all others, and refuses what is then not YAML.
 */
export function manifestOf(template: Template): Manifest {
  const node = template.node.in("resource", "manifest");
  const { text } = node;
  if (text === undefined) return {};
  const { values, error: problem } = readYaml(withoutTags(text));
  if (problem === undefined) {
    return { objects: values.filter((value) => value !== null).map((value) => node.holding(value)) };
  }
  if (isKnownLater(text, template)) {
    return { diagnostic: unsupported("kind", node, "the manifest is YAML only with the values of a run") };
  }
  const [how, fix] =
    tagsOf(text).length === 0
      ? ["", "correct the text"]
      : [
          " with a word in the place of each reference, as Argo reads it before the run",
          "put references where YAML has a value, or take the whole manifest from one reference or by manifestFrom",
        ];
  return { diagnostic: error("template", node, `the manifest is not YAML${how}: ${problem}`, fix) };
}

/** Whether values decide what the text is: Argo does not look at one that begins with an unknown value. */
function isKnownLater(text: string, template: Template): boolean {
  // In the manifest of a manifest.
  if (text.includes(FILLED_IN_LATER)) return true;
  return tagsOf(text).some((tag) => tag.start === 0 || mayHaveValueBefore(tag, template));
}

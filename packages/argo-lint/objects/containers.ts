import type { Template } from "./workflow-object";
import type { Node } from "./node";

/** All containers of a template's pod that the workflow describes. */
export function containersOf(template: Template): Node[] {
  const { node } = template;
  const main = [node.at("container"), node.at("script")].filter(({ isObject }) => isObject);
  const lists = [node.at("initContainers"), node.at("sidecars")];
  return [...main, ...lists.flatMap(({ items }) => items), ...containersOfSet(template)];
}

/** The containers of a container set; none if the template is of another kind. */
export function containersOfSet({ node }: Template): Node[] {
  return node.in("containerSet", "containers").items;
}

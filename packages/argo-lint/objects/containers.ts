import type { TemplateNode } from "./objects";
import type { Spot } from "./spot";

/** All containers of a template's pod that the workflow describes. */
export function containersOf(template: TemplateNode): Spot[] {
  const { spot } = template;
  const main = [spot.at("container"), spot.at("script")].filter(({ isObject }) => isObject);
  const lists = [spot.at("initContainers"), spot.at("sidecars")];
  return [...main, ...lists.flatMap(({ items }) => items), ...containersOfSet(template)];
}

/** The containers of a container set; none if the template is of another kind. */
export function containersOfSet({ spot }: TemplateNode): Spot[] {
  return spot.in("containerSet", "containers").items;
}

import type { TemplateNode } from "./objects";
import type { Spot } from "./spot";

/** All containers of a template's pod that the workflow describes. */
export function containersOf(template: TemplateNode): Spot[] {
  const { spot } = template;
  const main = [spot.at("container"), spot.at("script")].filter(({ isObject }) => isObject);
  const lists = [spot.at("initContainers"), spot.at("sidecars"), spot.in("containerSet", "containers")];
  return [...main, ...lists.flatMap(({ items }) => items)];
}

import { containersOf } from "../pods";
import { propsOf, type ResourceRule } from "../subject";

/** Every container says what it needs and what it may take: without, one run can starve a node. */
export const containersHaveLimits: ResourceRule = (subject) =>
  containersOf(subject).flatMap(({ where, props }) => {
    const resources = propsOf(props["resources"]);
    const missing = ["requests", "limits"].flatMap((field) =>
      ["cpu", "memory"]
        .filter((what) => !(what in propsOf(resources[field])))
        .map((what) => `${field}.${what}`),
    );
    return missing.length === 0 ? [] : [`${where} has no resources.${missing.join(", ")}`];
  });

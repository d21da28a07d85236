import { itemsOf, kindOf, propsOf, type ResourceRule } from "../subject";

/** No Role gives a right to everything of a sort: it would grow with whatever is installed later. */
export const rightsHaveNoWildcards: ResourceRule = (subject) => {
  if (!["Role", "ClusterRole"].includes(kindOf(subject))) return [];
  return itemsOf(subject.props["rules"]).flatMap((rule, index) =>
    ["apiGroups", "resources", "verbs", "nonResourceURLs"]
      .filter((field) => itemsOf(propsOf(rule)[field]).some((each) => String(each).includes("*")))
      .map((field) => `rules[${index}].${field} has a wildcard: name what is meant`),
  );
};

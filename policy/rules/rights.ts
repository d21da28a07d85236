import { itemsOf, propsOf, type ResourceRule } from "../subject";

const ROLE = /^kubernetes:rbac\.authorization\.k8s\.io\/[^:]+:(?:Cluster)?Role$/;

/** No Role gives a right to everything of a sort: it would grow with whatever is installed later. */
export const rightsHaveNoWildcards: ResourceRule = ({ type, props }) => {
  if (!ROLE.test(type)) return [];
  return itemsOf(props["rules"]).flatMap((rule, index) =>
    ["apiGroups", "resources", "verbs", "nonResourceURLs"]
      .filter((field) => itemsOf(propsOf(rule)[field]).some((each) => String(each).includes("*")))
      .map((field) => `rules[${index}].${field} has a wildcard: name what is meant`),
  );
};

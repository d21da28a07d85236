/** Compares two trees of plain values and says where they differ. */

/** What differs at a path. */
export type Difference =
  | { readonly added: unknown }
  | { readonly removed: unknown }
  | { readonly from: unknown; readonly to: unknown };

/**
 * All differences, by path; a subtree that only one side has is one difference.
 *
 * Members of a list that have names are told apart by them: `spec.templates.run-training.container`. Where their order
 * differs, the difference stands at the path of the list, with the names as values.
 */
export function differences(from: unknown, to: unknown, path = ""): Record<string, Difference> {
  const left = childrenOf(from);
  const right = childrenOf(to);
  if (left === undefined || right === undefined || Array.isArray(from) !== Array.isArray(to)) {
    return Object.is(from, to) ? {} : { [path]: { from, to } };
  }
  const found: Record<string, Difference> = {};
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const at = path === "" || key.startsWith("[") ? `${path}${key}` : `${path}.${key}`;
    if (!left.has(key)) {
      found[at] = { added: right.get(key) };
    } else if (!right.has(key)) {
      found[at] = { removed: left.get(key) };
    } else {
      Object.assign(found, differences(left.get(key), right.get(key), at));
    }
  }
  const common = (here: ReadonlyMap<string, unknown>, there: ReadonlyMap<string, unknown>) =>
    [...here.keys()].filter((key) => there.has(key));
  if (Array.isArray(from) && common(left, right).join() !== common(right, left).join()) {
    found[path] = { from: common(left, right), to: common(right, left) };
  }
  return found;
}

function childrenOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const names = value.map(nameOf);
    const named = names.every((name) => name !== undefined) && new Set(names).size === names.length;
    return new Map(value.map((each, index) => [named ? (names[index] ?? "") : `[${index}]`, each]));
  }
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

function nameOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string"
    ? value.name
    : undefined;
}

import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import type { Segment } from "../objects/node";
import type { Misread } from "./scalars";

function isMerge({ key }: Pair): boolean {
  const name: unknown = isScalar(key) ? key.value : key;
  return name === "<<" || (typeof name === "symbol" && name.description === "<<");
}

/** The node, or what its alias stands for. */
export function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The maps that a merge key brings, those that count more first. */
function mergedBy({ value }: Pair, document: Document): YAMLMap[] {
  const found = resolved(value, document);
  const all: unknown[] = isSeq(found) ? found.items.map((each) => resolved(each, document)) : [found];
  return all.filter((each) => isMap(each));
}

function nameOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

/** The pair with this key, also one that is merged in. */
export function pairOf(map: YAMLMap, name: string, document: Document): Pair | undefined {
  const own = map.items.find((pair) => !isMerge(pair) && nameOf(pair) === name);
  if (own !== undefined) return own;
  for (const pair of map.items.filter(isMerge)) {
    for (const other of mergedBy(pair, document)) {
      const found = other === map ? undefined : pairOf(other, name, document);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function namesIn(map: YAMLMap, document: Document): string[] {
  return map.items.flatMap((pair) =>
    isMerge(pair) ? mergedBy(pair, document).flatMap((each) => namesIn(each, document)) : [nameOf(pair)],
  );
}

/**
 * Members that a merge key brings and that are written, or merged, a second time. Argo's parser does not override them:
 * it fails, and Argo's commands go on without the object.
 */
export function* mergedAgainIn(
  node: unknown,
  document: Document,
  prefix: readonly Segment[],
): Generator<Misread> {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      yield* mergedAgainIn(item, document, [...prefix, index]);
    }
  } else if (isMap(node)) {
    const seen = new Set<string>();
    const written = new Set(node.items.filter((pair) => !isMerge(pair)).map(nameOf));
    for (const pair of node.items) {
      const names = isMerge(pair)
        ? mergedBy(pair, document).flatMap((each) => namesIn(each, document))
        : [nameOf(pair)];
      for (const name of names) {
        if (seen.has(name)) {
          yield {
            path: isMerge(pair) && !written.has(name) ? prefix : [...prefix, name],
            severity: "error",
            message: `${name} is merged by << and given again: Argo's commands ignore the object silently, and kubectl takes the later one`,
            fix: "leave it out of what is merged, or write the members out",
          };
        }
        seen.add(name);
      }
      yield* mergedAgainIn(pair.value, document, isMerge(pair) ? prefix : [...prefix, nameOf(pair)]);
    }
  }
}

import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { Diagnostic } from "../objects/diagnostic";
import type { Segment } from "../objects/node";

/** A value that is read as another one than it looks like. */
export interface Misread extends Pick<Diagnostic, "path" | "message" | "fix"> {
  readonly severity: "error" | "warning";
}

/** Fields that are strings, and lists of strings: Argo refuses the object otherwise. */
const TEXTS = new Set([
  "name",
  "generateName",
  "namespace",
  "image",
  "template",
  "entrypoint",
  "onExit",
  "when",
  "depends",
]);
const LISTS = new Set(["args", "command", "dependencies", "schedules"]);
const TEXT_MAPS = new Set(["labels", "annotations", "nodeSelector"]);
/** Fields that take any scalar, and make a string of it. */
const ANY = new Set(["value", "default", "enum"]);
/** Fields that hold any JSON, whose names mean nothing to Argo. */
const FREE = new Set(["withItems", "plugin"]);

/**
 * The values of a workflow that YAML reads as another value than they look like: `no` as false, `1.10` as 1.1, `010` as
 * 8.
 *
 * @param node The workflow in its document.
 * @param prefix Its path.
 */
export function* misreadIn(node: unknown, prefix: readonly Segment[] = []): Generator<Misread> {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key)) {
        yield {
          path: prefix,
          severity: "error",
          message: "a pair of braces without quotes is an object to YAML, and Argo cannot read the file",
          fix: `put references in quotes: "{{…}}"`,
        };
      } else if (!FREE.has(String(key.value))) {
        yield* misreadIn(value, [...prefix, String(key.value)]);
      }
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* misreadIn(item, [...prefix, index]);
  } else if (isScalar(node)) {
    const found = misread(node, prefix);
    if (found !== undefined) yield found;
  }
}

function misread(
  node: Node & { value?: unknown; source?: string },
  path: readonly Segment[],
): Misread | undefined {
  const { value, source } = node;
  if ((typeof value !== "boolean" && typeof value !== "number") || source === undefined) return undefined;
  const names = path.filter((each): each is string => typeof each === "string");
  const [last = "", holder = ""] = names.reverse();
  const isItem = typeof path.at(-1) === "number";
  const fix = `put it in quotes: "${source}"`;
  const looks =
    source === String(value) ? `${source} is not a string` : `${source} is read as ${String(value)}`;
  const isText =
    (isItem ? LISTS.has(last) : TEXTS.has(last)) ||
    TEXT_MAPS.has(holder) ||
    (last === "value" && holder === "env");
  if (isText) {
    return {
      path,
      severity: "error",
      message: `${looks}, and Argo refuses the object: it expects a string`,
      fix,
    };
  }
  if (!ANY.has(last) || source === String(value)) return undefined;
  if (typeof value === "boolean" && source.toLowerCase() === String(value)) return undefined;
  return { path, severity: "warning", message: `${looks}, and the parameter gets that`, fix };
}

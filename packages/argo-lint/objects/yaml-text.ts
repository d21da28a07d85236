import { type Document, LineCounter, parseAllDocuments, type Tags } from "yaml";

/** What a text holds, or why it holds nothing. */
export type YamlText =
  | {
      readonly documents: readonly Document[];
      /** The documents as plain data, in the same order. */
      readonly values: readonly unknown[];
      /** What was read: the text, apart from indentation. Positions in the documents are positions in this. */
      readonly source: string;
      readonly lines: LineCounter;
      readonly error?: undefined;
    }
  | { readonly documents?: undefined; readonly values?: undefined; readonly error: string };

/** Wide enough to lie further in than any text that people write. */
const INDENT = " ".repeat(80);

/** What YAML 1.1 has and Argo's reader has not: numbers to the base of 60, times, and collections with tags. */
const NOT_READ = new Set([
  "tag:yaml.org,2002:timestamp",
  "tag:yaml.org,2002:omap",
  "tag:yaml.org,2002:pairs",
  "tag:yaml.org,2002:set",
]);

/** The YAML reader takes a point alone for a number, which neither YAML nor Argo does. */
const FLOAT = /^[-+]?(?:\d[\d_]*\.[\d_]*|\.[\d_]+)$/;

function asArgo(tags: Tags): Tags {
  return tags
    .filter(
      (tag) =>
        typeof tag === "string" || (!NOT_READ.has(tag.tag) && !("format" in tag && tag.format === "TIME")),
    )
    .map((tag): Tags[number] =>
      typeof tag !== "string" && tag.collection === undefined && tag.test?.test(".") === true
        ? { ...tag, test: FLOAT }
        : tag,
    );
}

/**
 * Reads YAML as Argo reads it: by version 1.1, where `yes`, `no`, `on`, `off`, `y` and `n` are truth values and numbers
 * that begin with 0 are octal. Its reader lets the lines of a quoted text begin anywhere, and this one wants them to
 * be indented: so such lines are indented first, which does not change what they mean or on which line they are.
 */
export function readYaml(text: string): YamlText {
  let source = text;
  for (;;) {
    const lines = new LineCounter();
    const documents = parseAllDocuments(source, {
      logLevel: "error",
      version: "1.1",
      customTags: asArgo,
      lineCounter: lines,
    });
    // An empty text has no documents, and then this is no list of them.
    const list = Array.isArray(documents) ? (documents as Document[]) : [];
    const errors = list.flatMap((document) => document.errors);
    const first = errors[0];
    if (first === undefined) {
      try {
        const values = list.map((document): unknown => document.toJS());
        return { documents: list, values, source, lines };
      } catch (error) {
        // Aliases that unfold to more than anyone could mean.
        return { error: error instanceof Error ? error.message : String(error) };
      }
    }
    const line = source.indexOf("\n", Math.max(0, (first.pos[0] ?? 0) - 1)) + 1;
    const isQuoteAtLineEnd = first.code === "MISSING_CHAR" && /closing ["']/.test(first.message);
    if (!isQuoteAtLineEnd || line === 0 || source.startsWith(INDENT, line)) {
      return { error: first.message.split("\n")[0] ?? first.code };
    }
    source = `${source.slice(0, line)}${INDENT}${source.slice(line)}`;
  }
}

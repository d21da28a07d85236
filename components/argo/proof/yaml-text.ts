import { type Document, parseAllDocuments } from "yaml";

/** What a text holds, or why it holds nothing. */
export type YamlText =
  | {
      readonly documents: readonly Document[];
      /** The documents as plain data, in the same order. */
      readonly values: readonly unknown[];
      /** What was read: the text, apart from indentation. Positions in the documents are positions in this. */
      readonly source: string;
      readonly error?: undefined;
    }
  | { readonly documents?: undefined; readonly values?: undefined; readonly error: string };

/** Wide enough to lie further in than any text that people write. */
const INDENT = " ".repeat(80);

/**
 * Reads YAML as Argo reads it. Its reader lets the lines of a quoted text begin anywhere, and this one wants them to
 * be indented: so such lines are indented first, which does not change what they mean or on which line they are.
 */
export function readYaml(text: string): YamlText {
  let source = text;
  for (;;) {
    // Go's reader knows merge keys (`<<`), which are of YAML 1.1.
    const documents = parseAllDocuments(source, { logLevel: "error", merge: true });
    // An empty text has no documents, and then this is no list of them.
    const list = Array.isArray(documents) ? (documents as Document[]) : [];
    const errors = list.flatMap((document) => document.errors);
    const first = errors[0];
    if (first === undefined) {
      try {
        return { documents: list, values: list.map((document): unknown => document.toJS()), source };
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

import { type Document, LineCounter, parseAllDocuments, type Tags } from "yaml";

/** The documents of a text, or why it has none. */
export type YamlText =
  | {
      readonly documents: readonly Document[];
      /** The documents as plain data, in the same order. */
      readonly values: readonly unknown[];
      /** Where a node of the documents begins, by its offset. */
      readonly position: (offset: number) => Position;
      readonly error?: undefined;
    }
  | {
      readonly documents?: undefined;
      readonly values?: undefined;
      readonly position?: undefined;
      readonly error: string;
    };

/** A place in a text, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** More than people indent. */
const INDENT = " ".repeat(80);

const IN_QUOTES = { double: /(?:[^"\\]|\\[^])*/y, single: /(?:[^']|'')*/y };

/** A text in quotes, a comment, a word, or one character. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*'|#.*|[^\s[\]{},:"'#][^\s[\]{},]*|[^]/y;

/** Where a text in quotes ends that has begun before. */
function endOfQuote(source: string, from: number, quote: string | undefined): number {
  const rest = quote === '"' ? IN_QUOTES.double : IN_QUOTES.single;
  rest.lastIndex = from;
  rest.exec(source);
  return rest.lastIndex;
}

/** Where the brackets end that have begun before; without an end, the end of the line. */
function endOfBrackets(source: string, from: number): number {
  let depth = 0;
  TOKEN.lastIndex = from;
  for (let token = TOKEN.exec(source); token !== null; token = TOKEN.exec(source)) {
    if (/^[[{]/.test(token[0])) depth += 1;
    else if (/^[\]}]/.test(token[0])) depth -= 1;
    if (depth < 0) return token.index;
  }
  return `${source}\n`.indexOf("\n", from);
}

/** What YAML 1.1 has and Argo's parser does not: base 60 numbers, timestamps, and collections with tags. */
const NOT_READ = new Set([
  "tag:yaml.org,2002:timestamp",
  "tag:yaml.org,2002:omap",
  "tag:yaml.org,2002:pairs",
  "tag:yaml.org,2002:set",
]);

/** The library reads a point alone as a number, which neither YAML nor Argo does. */
const FLOAT = /^(?:[-+]?\d[\d_]*\.[\d_]*|[-+]\._*\d[\d_]*|\.\d+)$/;

/** Whole numbers as Go writes them too, which the library knows in part. */
const INTEGER: Tags[number] = {
  tag: "tag:yaml.org,2002:int",
  identify: () => false,
  default: true,
  test: /^[-+]?0(?:[oO]_*[0-7][0-7_]*|X_*[\da-fA-F][\da-fA-F_]*|B_*[01][01_]*)$/,
  resolve: (text: string) => {
    const digits = text.replaceAll("_", "");
    return digits.startsWith("-") ? -Number(digits.slice(1)) : Number(digits.replace("+", ""));
  },
};

function asArgo(tags: Tags): Tags {
  return [INTEGER, ...tags]
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
 * Reads YAML as Argo reads it: by version 1.1, where `yes`, `no`, `on`, `off`, `y` and `n` are booleans and numbers that
 * begin with 0 are octal. Argo's parser lets the lines of a quoted string, and of a list or an object in brackets, begin
 * in any column; this library requires indentation. So such lines are indented first, which changes neither their meaning
 * nor their line numbers.
 */
export function readYaml(text: string): YamlText {
  let source = text;
  const indented = new Set<number>();
  for (;;) {
    const lines = new LineCounter();
    const documents = parseAllDocuments(source, {
      logLevel: "error",
      version: "1.1",
      customTags: asArgo,
      lineCounter: lines,
    });
    // For an empty text this is not a list.
    const list = Array.isArray(documents) ? (documents as Document[]) : [];
    const errors = list.flatMap((document) => document.errors);
    const first = errors[0];
    if (first === undefined) {
      try {
        const values = list.map((document): unknown => document.toJS());
        const position = (offset: number): Position => {
          const { line, col } = lines.linePos(offset);
          return { line, column: indented.has(line) ? Math.max(1, col - INDENT.length) : col };
        };
        return { documents: list, values, position };
      } catch (error) {
        // Aliases that expand too far.
        return { error: error instanceof Error ? error.message : String(error) };
      }
    }
    const [at] = first.pos;
    const quote = first.code === "MISSING_CHAR" ? /closing (["'])/.exec(first.message)?.[1] : undefined;
    const isInBrackets = first.code === "BAD_INDENT" && /^Flow/.test(first.message);
    const start = isInBrackets
      ? source.lastIndexOf("\n", at - 1) + 1
      : source.indexOf("\n", Math.max(0, at - 1)) + 1;
    if (!(quote !== undefined || isInBrackets) || start === 0 || source.startsWith(INDENT, start)) {
      return { error: first.message.split("\n")[0]?.replace(/:$/, "") ?? first.code };
    }
    // All lines up to the end at once: each attempt reads the whole text.
    const end = isInBrackets ? endOfBrackets(source, start) : endOfQuote(source, start, quote);
    const inside = source.slice(start, end);
    const line = source.slice(0, start).split("\n").length;
    inside.split("\n").forEach((_, index) => indented.add(line + index));
    const moved = inside.replace(/(?<=^|\n)(?! {80})/g, INDENT);
    source = `${source.slice(0, start)}${moved}${source.slice(end)}`;
  }
}

/** Compares what a command prints with what the page shows. */

/** In a line it stands for any text; as a line, for any number of lines, none included. */
const ANYTHING = "…";

/** Something that a page shows as an example: each run has its own. */
export interface Example {
  /** As the page has it. */
  readonly text: string;
  /** Source of a regular expression without groups. */
  readonly pattern: string;
}

/** What a comparison comes to. */
export type Comparison =
  | {
      readonly same: true;
      /** What stood in place of each example. */
      readonly values: ReadonlyMap<string, string>;
    }
  | { readonly same: false; readonly missing: string };

/**
 * Looks for the lines of the page in what was printed, one below the other. What is printed before and after them is the
 * page's to leave out. Spaces count as one, colours and empty lines as nothing.
 */
export function compare(
  shown: readonly string[],
  printed: string,
  examples: readonly Example[] = [],
): Comparison {
  const lines = printed
    .split(/[\n\r]/)
    .map(tidy)
    .filter(isText);
  const wanted = shown.map(tidy).filter(isText);
  for (let begin = 0; begin <= lines.length; begin += 1) {
    const values = new Map<string, string>();
    if (matchesAt(wanted, lines.slice(begin), examples, values)) return { same: true, values };
  }
  const missing = wanted.find((line) => !lines.some((each) => matchLine(line, each, examples) !== undefined));
  return { same: false, missing: missing ?? "these lines, one below the other" };
}

function matchesAt(
  wanted: readonly string[],
  lines: readonly string[],
  examples: readonly Example[],
  values: Map<string, string>,
): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return true;
  if (first === ANYTHING) {
    return (
      rest.length === 0 || lines.some((_, index) => matchesAt(rest, lines.slice(index), examples, values))
    );
  }
  const found = lines[0] === undefined ? undefined : matchLine(first, lines[0], examples);
  if (found === undefined) return false;
  for (const [example, value] of found) values.set(example, value);
  return matchesAt(rest, lines.slice(1), examples, values);
}

function matchLine(
  wanted: string,
  line: string,
  examples: readonly Example[],
): readonly (readonly [string, string])[] | undefined {
  const used: string[] = [];
  const pieces = [ANYTHING, ...examples.map(({ text }) => text)].map(escaped).join("|");
  const source = wanted
    .split(new RegExp(`(${pieces})`))
    .map((piece) => {
      if (piece === ANYTHING) return ".*";
      const example = examples.find(({ text }) => text === piece);
      if (example === undefined) return escaped(piece);
      used.push(piece);
      return `(${example.pattern})`;
    })
    .join("");
  const found = new RegExp(`^${source}$`).exec(line);
  return found === null ? undefined : used.map((example, index) => [example, found[index + 1] ?? ""]);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

// Colours begin with a control character.
const COLOURS = /\x1b\[[0-9;]*[A-Za-z]/g;

const isText = (line: string): boolean => line !== "";

const tidy = (line: string): string => line.replace(COLOURS, "").replace(/\s+/g, " ").trim();

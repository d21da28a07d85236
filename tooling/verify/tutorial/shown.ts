/** Compares what a command prints with what the page shows. */
import { stripVTControlCharacters } from "node:util";

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
 *
 * Lines between two of `…` belong together. Those of each piece are taken where they come first after the piece before:
 * a later place would leave less for the others. So a command that draws its screen again each second takes no longer.
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
  const pieces: Pattern[][] = [[]];
  for (const line of shown.map(tidy).filter(isText)) {
    if (line === ANYTHING) pieces.push([]);
    else pieces.at(-1)?.push(patternOf(line, examples));
  }
  const values = new Map<string, string>();
  let begin = 0;
  for (const piece of pieces) {
    while (begin + piece.length <= lines.length && !matchesAt(piece, lines, begin)) begin += 1;
    if (begin + piece.length > lines.length) {
      const missing = pieces.flat().find((each) => !lines.some((line) => each.expression.test(line)));
      return { same: false, missing: missing?.wanted ?? "these lines, one below the other" };
    }
    for (const { expression, used } of piece) {
      const [, ...found] = expression.exec(lines[begin] ?? "") ?? [];
      used.forEach((example, index) => values.set(example, found[index] ?? ""));
      begin += 1;
    }
  }
  return { same: true, values };
}

/** A line of the page, to be looked for. */
interface Pattern {
  readonly wanted: string;
  readonly expression: RegExp;
  /** The examples in it, in the order of the expression's groups. */
  readonly used: readonly string[];
}

const matchesAt = (piece: readonly Pattern[], lines: readonly string[], begin: number): boolean =>
  piece.every(({ expression }, index) => expression.test(lines[begin + index] ?? ""));

function patternOf(wanted: string, examples: readonly Example[]): Pattern {
  const used: string[] = [];
  const parts = [ANYTHING, ...examples.map(({ text }) => text)].map(escaped).join("|");
  const source = wanted
    .split(new RegExp(`(${parts})`))
    .map((part) => {
      if (part === ANYTHING) return ".*";
      const example = examples.find(({ text }) => text === part);
      if (example === undefined) return escaped(part);
      used.push(part);
      return `(${example.pattern})`;
    })
    .join("");
  return { wanted, expression: new RegExp(`^${source}$`), used };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

const isText = (line: string): boolean => line !== "";

const tidy = (line: string): string => stripVTControlCharacters(line).replace(/\s+/g, " ").trim();

import { FILLED_IN_LATER } from "./tags";

const VALUES = ["number", "boolean", "word", "any", "text", "time"] as const;

/**
 * Kinds of tokens of govaluate, the language of a `when`. `any` stands for a reference without quotes, whose value is
 * read as a part of the condition when Argo has filled it in.
 */
export type TokenKind =
  | (typeof VALUES)[number]
  | "prefix"
  | "open"
  | "close"
  | "comparator"
  | "modifier"
  | "logical"
  | "ternary"
  | "separator";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const PREFIXES = new Set(["-", "!", "~"]);
/** The other operators, by their kinds. */
const OPERATORS: readonly (readonly [kind: TokenKind, symbols: readonly string[]])[] = [
  ["modifier", ["+", "-", "*", "/", "%", "**", "&", "|", "^", ">>", "<<"]],
  ["logical", ["&&", "||"]],
  ["comparator", ["==", "!=", ">", ">=", "<", "<=", "=~", "!~", "in"]],
  ["ternary", ["?", ":", "??"]],
];

const START: readonly TokenKind[] = ["prefix", ...VALUES, "open"];
const AFTER_VALUE: readonly TokenKind[] = [
  "modifier",
  "comparator",
  "logical",
  "close",
  "ternary",
  "separator",
];

/** What may follow a token: govaluate's own table, apart from functions, of which Argo gives none. */
const NEXT: Readonly<Record<TokenKind, readonly TokenKind[]>> = {
  prefix: ["number", "boolean", "word", "any", "open", "close"],
  number: AFTER_VALUE,
  boolean: AFTER_VALUE,
  word: AFTER_VALUE,
  text: AFTER_VALUE,
  time: AFTER_VALUE,
  any: [...AFTER_VALUE, "any"],
  open: [...START, "close"],
  close: [...AFTER_VALUE, ...VALUES, "open"],
  comparator: [...START, "close"],
  modifier: ["prefix", "number", "word", "any", "text", "boolean", "open", "close"],
  logical: [...START, "close"],
  ternary: [...START, "separator"],
  separator: START,
};

const ENDS: ReadonlySet<TokenKind> = new Set([...VALUES, "close"]);

/** Texts in quotes that govaluate takes for times, and so for numbers. */
const TIME =
  /^(?:\d{4}-\d\d-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[-+]\d\d:?\d\d)?)?|\d{1,2}:\d\d[AP]M)$/;

/** Says why a condition fails. */
export class ConditionError extends Error {}

/**
 * The tokens of a condition.
 *
 * @param source The text, with {@link FILLED_IN_LATER} in the place of each reference.
 * @throws ConditionError if govaluate cannot read it
 */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const characters = [...source];
  let at = 0;
  let depth = 0;
  while (at < characters.length) {
    const first = characters[at] ?? "";
    if (/\s/.test(first)) {
      at += 1;
      continue;
    }
    const allowed = NEXT[tokens.at(-1)?.kind ?? "separator"];
    const [token, end] = read(characters, at, allowed.includes("prefix"));
    if (!allowed.includes(token.kind)) throw new ConditionError(misplaced(tokens.at(-1), token));
    depth += token.kind === "open" ? 1 : token.kind === "close" ? -1 : 0;
    tokens.push(token);
    at = end;
  }
  if (depth !== 0)
    throw new ConditionError(
      depth > 0 ? "a closing parenthesis is missing" : "there is one closing parenthesis too many",
    );
  const last = tokens.at(-1);
  if (last === undefined) throw new ConditionError("it is empty");
  if (!ENDS.has(last.kind)) throw new ConditionError("a value is missing at the end");
  return tokens;
}

function misplaced(before: Token | undefined, token: Token): string {
  const needsValue = before === undefined || !ENDS.has(before.kind);
  return `${needsValue ? "a value" : "an operator"} is missing before ${shown(token.text)}`;
}

/** The characters from here on for which the test holds; a backslash takes the next one as it is. */
function take(characters: readonly string[], from: number, test: RegExp): [text: string, end: number] {
  let text = "";
  let at = from;
  for (; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (character === "\\") {
      at += 1;
      text += characters[at] ?? "";
    } else if (test.test(character)) {
      text += character;
    } else {
      break;
    }
  }
  return [text, at];
}

function read(characters: readonly string[], at: number, mayBePrefix: boolean): [Token, number] {
  const first = characters[at] ?? "";
  if (first === "(" || first === ")")
    return [{ kind: first === "(" ? "open" : "close", text: first }, at + 1];
  if (first === ",") return [{ kind: "separator", text: "," }, at + 1];
  if (first === "'" || first === '"') {
    // Either quote ends the text.
    const [text, end] = take(characters, at + 1, /[^'"]/u);
    if (end >= characters.length) throw new ConditionError("a quote is not closed");
    return [{ kind: TIME.test(text) ? "time" : "text", text }, end + 1];
  }
  if (first === "[") {
    // Square brackets quote the name of a variable, and Argo takes variables for texts.
    const [text, end] = take(characters, at + 1, /[^\]]/u);
    if (end >= characters.length) throw new ConditionError("a square bracket is not closed");
    return [{ kind: "word", text }, end + 1];
  }
  const [joined, joinedEnd] = take(characters, at, new RegExp(`[\\p{L}\\d_.${FILLED_IN_LATER}]`, "u"));
  if (joined.includes(FILLED_IN_LATER)) return [{ kind: "any", text: joined }, joinedEnd];
  if (/[\d.]/.test(first)) return numberAt(characters, at);
  if (/\p{L}/u.test(first)) return [word(joined), joinedEnd];
  const [symbol, end] = take(characters, at, new RegExp(`[^\\p{L}\\d()[\\]'"\\s${FILLED_IN_LATER}]`, "u"));
  const isPrefix = mayBePrefix && PREFIXES.has(symbol);
  const kind = isPrefix ? "prefix" : OPERATORS.find(([, symbols]) => symbols.includes(symbol))?.[0];
  if (kind === undefined) {
    throw new ConditionError(
      symbol === "="
        ? "a single = is not an operator: write =="
        : `"${shown(symbol === "" ? first : symbol)}" is not an operator`,
    );
  }
  return [{ kind, text: symbol }, end];
}

function numberAt(characters: readonly string[], at: number): [Token, number] {
  if (characters[at] === "0" && characters[at + 1] === "x") {
    const [digits, end] = take(characters, at + 2, /[0-9a-fA-F]/);
    return [{ kind: "number", text: `0x${digits}` }, end];
  }
  const [text, end] = take(characters, at, /[\d.]/);
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(text)) {
    throw new ConditionError(`${text} is read as a number, and is none: put it in quotes`);
  }
  return [{ kind: "number", text }, end];
}

function word(text: string): Token {
  if (text === "true" || text === "false") return { kind: "boolean", text };
  if (text === "in" || text === "IN") return { kind: "comparator", text: "in" };
  if (text.includes(".")) {
    throw new ConditionError(
      `${text} is read as a field of an object, of which there is none: put it in quotes`,
    );
  }
  return { kind: "word", text };
}

/** A text of a condition for people. */
export function shown(text: string): string {
  return text.replaceAll(FILLED_IN_LATER, "…");
}

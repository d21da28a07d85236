import { FILLED_IN_LATER, withoutTags } from "./tags";

const QUOTED = `'(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*"`;
const WORD = `[\\p{L}\\d_.${FILLED_IN_LATER}]+`;
const TOKEN = new RegExp(
  `\\s*(?:(?<operand>${QUOTED}|\\[[^\\]]*\\]|${WORD})` +
    `|(?<open>\\()|(?<close>\\))` +
    `|(?<binary>==|!=|=~|!~|>=|<=|&&|\\|\\||\\?\\?|\\*\\*|<<|>>|[<>+*/%&|^?:,-])` +
    `|(?<unary>!|~))`,
  "uy",
);

/** Operators that have the value true or false. */
const JUDGES = new Set(["==", "!=", "=~", "!~", ">", "<", ">=", "<=", "in", "&&", "||", "!"]);

/**
 * Reads the text of a `when`, as far as it is known before Argo has filled in the values.
 *
 * @returns what is wrong with it, or nothing
 */
export function whenProblem(text: string): string | undefined {
  const source = withoutTags(text);
  let from = 0;
  let depth = 0;
  let wantsOperand = true;
  let judges = false;
  let last = "";
  while (source.slice(from).trim() !== "") {
    TOKEN.lastIndex = from;
    const match = TOKEN.exec(source);
    if (match === null) {
      const rest = source.slice(from).trim();
      return rest.startsWith("=") ? "a single = is no operator: write ==" : `"${shown(rest)}" cannot be read`;
    }
    from = TOKEN.lastIndex;
    const { operand, open, close, binary, unary } = match.groups ?? {};
    if (operand !== undefined && operand !== "in") {
      if (!wantsOperand) return `an operator is missing before ${shown(operand)}`;
      wantsOperand = false;
    } else if (operand === "in" || binary !== undefined) {
      const operator = operand ?? binary ?? "";
      // A minus may also be a sign.
      if (wantsOperand && operator !== "-") return `a value is missing before ${operator}`;
      if (operator === "-" && isWord(last) && isWord(/^[\p{L}_]\w*/u.exec(source.slice(from))?.[0] ?? "")) {
        return `${shown(last)}-… is a subtraction: put the text in quotes`;
      }
      judges ||= JUDGES.has(operator);
      wantsOperand = true;
    } else if (unary !== undefined) {
      if (!wantsOperand) return `an operator is missing before ${unary}`;
      judges ||= unary === "!";
    } else if (open !== undefined) {
      if (!wantsOperand) return "an operator is missing before (";
      depth += 1;
    } else if (close !== undefined) {
      if (wantsOperand) return "a value is missing before )";
      depth -= 1;
      if (depth < 0) return "a closing bracket is one too many";
    }
    last = operand ?? "";
  }
  if (depth > 0) return "a closing bracket is missing";
  if (wantsOperand) return "a value is missing at the end";
  if (!judges && !source.includes(FILLED_IN_LATER) && !/^\s*["']?(?:true|false)["']?\s*$/.test(source)) {
    return "it is neither true nor false";
  }
  return undefined;
}

/** Whether the tag at this place of a `when` stands in quotes, so that an empty value does no harm. */
export function isQuoted(text: string, start: number): boolean {
  let quote = "";
  for (const character of text.slice(0, start)) {
    if (quote === "") {
      quote = character === "'" || character === '"' ? character : "";
    } else if (character === quote) {
      quote = "";
    }
  }
  return quote !== "";
}

function isWord(text: string): boolean {
  return /^\p{L}/u.test(text) && !text.includes(FILLED_IN_LATER);
}

function shown(text: string): string {
  return text.replaceAll(FILLED_IN_LATER, "…");
}

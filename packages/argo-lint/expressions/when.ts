import { ConditionError, shown, type Token, tokensOf } from "./govaluate";
import { withoutTags } from "./tags";

/** Type of a value in a condition, as far as it is known before Argo has filled in the references. */
type Type = "text" | "number" | "boolean" | "list" | "any";

interface Value {
  readonly type: Type;
  /** How it stands in the condition. */
  readonly text: string;
}

/** Operators from those that bind least to those that bind most. */
const LEVELS: readonly (readonly string[])[] = [
  [","],
  ["?", ":", "??"],
  ["||"],
  ["&&"],
  ["==", "!=", ">", ">=", "<", "<=", "=~", "!~", "in"],
  ["&", "|", "^"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
  ["**"],
];

/**
 * Reads the text of a `when` as Argo does (govaluate, with words for texts), as far as it is known before Argo has
 * filled in the values.
 *
 * @returns what is wrong with it, or nothing
 */
export function whenProblem(text: string): string | undefined {
  try {
    const parser = new Parser(tokensOf(withoutTags(text)));
    const { type } = parser.level(0);
    return type === "boolean" || type === "any" ? undefined : "it is not a boolean";
  } catch (error) {
    if (error instanceof ConditionError) return error.message;
    throw error;
  }
}

class Parser {
  private next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  level(level: number): Value {
    const operators = LEVELS[level];
    if (operators === undefined) return this.value();
    let left = this.level(level + 1);
    for (;;) {
      const token = this.tokens[this.next];
      const isOperator = token !== undefined && !["text", "word", "time", "any"].includes(token.kind);
      if (!isOperator || !operators.includes(token.text)) return left;
      this.next += 1;
      left = joined(token.text, left, this.level(level + 1));
    }
  }

  private value(): Value {
    const token = this.tokens[this.next];
    this.next += 1;
    switch (token?.kind) {
      case "open": {
        const inner = this.level(0);
        this.next += 1;
        return inner;
      }
      case "prefix": {
        const wanted = token.text === "!" ? "boolean" : "number";
        const right = this.value();
        expectType(right, wanted, token.text);
        return { type: wanted, text: `${token.text}${right.text}` };
      }
      case "number":
      case "time":
        return { type: "number", text: token.text };
      case "boolean":
        return { type: "boolean", text: token.text };
      case "any": {
        // Values that follow each other make up one condition.
        while (this.tokens[this.next]?.kind === "any") this.next += 1;
        return { type: "any", text: shown(token.text) };
      }
      case "word":
      case "text":
        return { type: "text", text: shown(token.text) };
      default:
        throw new ConditionError(
          token === undefined ? "a value is missing" : `a value is missing before ${token.text}`,
        );
    }
  }
}

function joined(operator: string, left: Value, right: Value): Value {
  const text = `${left.text} ${operator} ${right.text}`;
  switch (operator) {
    case ",":
      return { type: "list", text };
    case "?":
      expectType(left, "boolean", operator);
      return { type: "any", text };
    case ":":
    case "??":
      // What is known has a value, and then the right one does not count.
      return { type: left.type, text };
    case "&&":
    case "||":
      expectType(left, "boolean", operator);
      expectType(right, "boolean", operator);
      return { type: "boolean", text };
    case "==":
    case "!=":
      return { type: "boolean", text };
    case "=~":
    case "!~":
      expectType(left, "text", operator);
      expectType(right, "text", operator);
      return { type: "boolean", text };
    case "in":
      if (right.type !== "list" && right.type !== "any") {
        throw new ConditionError(
          `in needs two values or more in parentheses, and ${right.text} is not such a list`,
        );
      }
      return { type: "boolean", text };
    case ">":
    case ">=":
    case "<":
    case "<=":
      if (left.type !== "any" && right.type !== "any" && !sameOrder(left, right)) {
        throw new ConditionError(
          `${left.text} and ${right.text} cannot be compared by ${operator}: ${kinds(left, right)}`,
        );
      }
      return { type: "boolean", text };
    case "+":
      if ([left, right].some(({ type }) => type === "text" || type === "any")) {
        return { type: [left, right].some(({ type }) => type === "text") ? "text" : "any", text };
      }
      break;
  }
  expectType(left, "number", operator);
  expectType(right, "number", operator);
  return { type: "number", text };
}

function sameOrder(left: Value, right: Value): boolean {
  return left.type === right.type && (left.type === "number" || left.type === "text");
}

function kinds(left: Value, right: Value): string {
  return `a ${left.type} and a ${right.type}`;
}

function expectType(value: Value, type: "text" | "number" | "boolean", operator: string): void {
  if (value.type === type || value.type === "any") return;
  const hint =
    type === "number" && value.type === "text"
      ? `; if "${operator}" is part of a text, put the text in quotes`
      : "";
  throw new ConditionError(`${value.text} is not a ${type}, which ${operator} needs${hint}`);
}

/** Whether the tag at this place of a `when` stands in quotes, so that an empty value does no harm. */
export function isQuoted(text: string, start: number): boolean {
  let quoted = false;
  for (let at = 0; at < start; at += 1) {
    if (text[at] === "\\") at += 1;
    // Either quote closes what either has opened.
    else if (text[at] === "'" || text[at] === '"') quoted = !quoted;
  }
  return quoted;
}

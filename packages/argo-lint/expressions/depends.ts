/** When a task of a DAG is due: outcomes of other tasks, joined. */
export type Depends =
  | { readonly all: readonly Depends[] }
  | { readonly any: readonly Depends[] }
  | { readonly not: Depends }
  | { readonly task: string; readonly result?: string };

/** How a task can end. Each ends in exactly one of these ways. */
export const OUTCOMES = ["Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned"] as const;

/** How a task ended. */
export type Outcome = (typeof OUTCOMES)[number];

/** The outcomes that a condition can name. */
export const RESULTS = [...OUTCOMES, "AnySucceeded", "AllFailed"] as const;

/** A task without an outcome stands for any of these. */
const DONE: readonly string[] = ["Succeeded", "Skipped", "Daemoned"];

const TOKEN = /\s*(?:(&&|\|\||!|\(|\))|([A-Za-z0-9][-A-Za-z0-9_]*)(?:\.([A-Za-z]+))?)/y;

interface Token {
  readonly operator?: string;
  readonly task?: string;
  readonly result?: string;
}

/**
 * Reads a `depends` text.
 *
 * @returns the condition, or what is wrong with the text
 */
export function parseDepends(text: string): Depends | string {
  const tokens: Token[] = [];
  let from = 0;
  while (text.slice(from).trim() !== "") {
    TOKEN.lastIndex = from;
    const match = TOKEN.exec(text);
    if (match === null) {
      return `"${text.slice(from).trim()}" cannot be read`;
    }
    from = TOKEN.lastIndex;
    const [, operator, task, result] = match;
    tokens.push(
      operator === undefined
        ? { task: task ?? "", ...(result === undefined ? {} : { result }) }
        : { operator },
    );
  }
  try {
    const parser = new Parser(tokens);
    const parsed = parser.any();
    return parser.atEnd ? parsed : "an operator is missing, or there is one parenthesis too many";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

class Parser {
  private next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get atEnd(): boolean {
    return this.next === this.tokens.length;
  }

  any(): Depends {
    const parts = [this.all()];
    while (this.take("||")) parts.push(this.all());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { any: parts };
  }

  private all(): Depends {
    const parts = [this.one()];
    while (this.take("&&")) parts.push(this.one());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { all: parts };
  }

  private one(): Depends {
    if (this.take("!")) return { not: this.one() };
    if (this.take("(")) {
      const inner = this.any();
      if (!this.take(")")) throw new Error("a closing parenthesis is missing");
      return inner;
    }
    const token = this.tokens[this.next];
    if (token?.task === undefined) throw new Error("a task is missing beside an operator");
    if (token.result !== undefined && !(RESULTS as readonly string[]).includes(token.result)) {
      throw new Error(`${token.result} is not an outcome of a task: use one of ${RESULTS.join(", ")}`);
    }
    this.next += 1;
    return { task: token.task, ...(token.result === undefined ? {} : { result: token.result }) };
  }

  private take(operator: string): boolean {
    if (this.tokens[this.next]?.operator !== operator) return false;
    this.next += 1;
    return true;
  }
}

/** The tasks and outcomes that a condition names. */
export function atoms(condition: Depends): { task: string; result?: string }[] {
  if ("all" in condition) return condition.all.flatMap(atoms);
  if ("any" in condition) return condition.any.flatMap(atoms);
  return "not" in condition ? atoms(condition.not) : [condition];
}

/** With more combinations the answer is left open. */
const MOST_COMBINATIONS = 20_000;

/**
 * Whether the condition can have the wanted value, if each task can end in the given ways.
 *
 * @returns undefined if there are too many combinations to try
 */
export function canBe(
  wanted: boolean,
  condition: Depends,
  possible: (task: string) => readonly Outcome[],
): boolean | undefined {
  const choices = [...new Set(atoms(condition).map(({ task }) => task))].map(
    (task) => [task, possible(task)] as const,
  );
  if (choices.reduce((product, [, outcomes]) => product * outcomes.length, 1) > MOST_COMBINATIONS) {
    return undefined;
  }
  const chosen = new Map<string, Outcome>();
  const tryFrom = (index: number): boolean => {
    const choice = choices[index];
    if (choice === undefined) return holds(condition, chosen) === wanted;
    const [task, outcomes] = choice;
    return outcomes.some((outcome) => {
      chosen.set(task, outcome);
      return tryFrom(index + 1);
    });
  };
  return tryFrom(0);
}

function holds(condition: Depends, outcomes: ReadonlyMap<string, Outcome>): boolean {
  if ("all" in condition) return condition.all.every((each) => holds(each, outcomes));
  if ("any" in condition) return condition.any.some((each) => holds(each, outcomes));
  if ("not" in condition) return !holds(condition.not, outcomes);
  const outcome = outcomes.get(condition.task) ?? "Omitted";
  if (condition.result === undefined) return DONE.includes(outcome);
  if (condition.result === "AnySucceeded") return outcome === "Succeeded";
  if (condition.result === "AllFailed") return outcome === "Failed";
  return condition.result === outcome;
}

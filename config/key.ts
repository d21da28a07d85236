/** How a configuration key is declared and read. */
import * as check from "./values/checks";

/** What a stack can be: a whole lab, what a class shares, or what one student of a class has. */
export const SCOPES = ["lab", "base", "student"] as const;

/** A kind of stack. */
export type Scope = (typeof SCOPES)[number];

/** A configuration key. `T` is the value that the program gets, `S` the kinds of stack that use the key. */
export interface Key<T, S extends Scope = Scope> {
  readonly scopes: readonly S[];
  /** What the value means, in sentences, for `Pulumi.yaml`. */
  readonly description: string;
  /** The type in `Pulumi.yaml`. */
  readonly type: "string" | "integer" | "boolean" | "array";
  /** Type of an array's items in `Pulumi.yaml`. */
  readonly items?: "string" | "integer";
  /** What the program gets where the stack sets nothing. */
  readonly default: T;
  /** A valid value, for the command that fixes an invalid one. */
  readonly example: string;
  /** Whether the value has to be encrypted in the stack's file. */
  readonly secret: boolean;
  /** Reads the text that the engine hands over. */
  readonly parse: (text: string) => Parsed<T>;
}

/** A key whose value is encrypted in the stack's file. */
export interface SecretKey<S extends Scope> extends Key<string | undefined, S> {
  readonly secret: true;
}

/** A key's value, or what is wrong with it. */
export type Parsed<T> = { readonly value: T } | InvalidValue;

/** What is wrong with a value. */
export interface InvalidValue {
  readonly problem: string;
  /** Index of the first invalid item of a list. */
  readonly item?: number;
}

/** Declares the keys of some kinds of stack. The first argument is the key's description. */
export class KeysOf<S extends Scope> {
  constructor(private readonly scopes: readonly S[]) {}

  text(description: string, fallback: string, checked: check.Check): Key<string, S> {
    const parse = (value: string) => parsed(value, checked(value));
    return { ...this.declared(description, "string"), default: fallback, example: fallback, parse };
  }

  image(description: string, fallback: string): Key<string, S> {
    return this.text(description, fallback, check.imageReference);
  }

  /** The size of a volume. */
  volume(description: string, fallback: string): Key<string, S> {
    return this.text(`${description} A Kubernetes quantity.`, fallback, check.quantity);
  }

  /** A string that may be left out. */
  optional(description: string, example: string, checked = check.anything): Key<string | undefined, S> {
    return { ...this.text(description, example, checked), default: undefined };
  }

  secret(description: string, checked = check.anything): SecretKey<S> {
    return { ...this.optional(`${description} Set it with --secret.`, "", checked), secret: true };
  }

  choice<const Word extends string>(
    description: string,
    words: readonly Word[],
    fallback: NoInfer<Word>,
  ): Key<Word, S> {
    const checked = check.oneOf(words);
    const parse = (value: string) => parsed(value as Word, checked(value));
    return { ...this.declared(description, "string"), default: fallback, example: fallback, parse };
  }

  /** One of a few words, which may be left out. */
  optionalChoice<const Word extends string>(
    description: string,
    words: readonly Word[],
    example: NoInfer<Word>,
  ): Key<Word | undefined, S> {
    return { ...this.choice(description, words, example), default: undefined };
  }

  /** An integer between two bounds, both included. */
  integer(description: string, fallback: number, [min, max]: readonly [number, number]): Key<number, S> {
    const checked = check.integerBetween(min, max);
    // Not parseFloat, which takes "30500x" for a number.
    const parse = (value: string) => {
      const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
      return parsed(number, checked(number));
    };
    return {
      ...this.declared(`${description} From ${min} to ${max}.`, "integer"),
      default: fallback,
      example: String(fallback),
      parse,
    };
  }

  nodePort(description: string, fallback: number): Key<number, S> {
    return this.integer(description, fallback, check.NODE_PORTS);
  }

  flag(description: string, fallback = false): Key<boolean, S> {
    const checked = check.oneOf(["true", "false"]);
    const parse = (value: string) => parsed(value === "true", checked(value));
    return { ...this.declared(description, "boolean"), default: fallback, example: String(fallback), parse };
  }

  list(description: string, example: string, checked: check.Check): Key<readonly string[], S> {
    const isItem = (item: unknown) => typeof item === "string";
    const parse = (value: string) => parseList(value, isItem, checked, "expected a list of strings");
    return { ...this.declared(description, "array"), items: "string", default: [], example, parse };
  }

  /** Integers between two bounds, both included; at least one. */
  integers(
    description: string,
    fallback: readonly number[],
    [min, max]: readonly [number, number],
  ): Key<readonly number[], S> {
    const isItem = (item: unknown) => typeof item === "number";
    const problem = "expected a list of integers, at least one";
    const parse = (value: string): Parsed<readonly number[]> => {
      const list = parseList(value, isItem, check.integerBetween(min, max), problem);
      return "value" in list && list.value.length === 0 ? { problem } : list;
    };
    const example = String(fallback[0]);
    return { ...this.declared(description, "array"), items: "integer", default: fallback, example, parse };
  }

  private declared<const Type extends Key<unknown>["type"]>(description: string, type: Type) {
    return { scopes: this.scopes, description, type, secret: false };
  }
}

function parseList<Item>(
  value: string,
  isItem: (item: unknown) => boolean,
  checked: check.Check<Item>,
  expected: string,
): Parsed<readonly Item[]> {
  let items: unknown;
  try {
    items = JSON.parse(value);
  } catch {
    items = undefined;
  }
  if (!Array.isArray(items) || !items.every((item): item is Item => isItem(item))) {
    return { problem: expected };
  }
  const problems = items.map((item) => checked(item));
  const invalid = items.flatMap((item, index) =>
    problems[index] === undefined ? [] : [`${String(item)}: ${problems[index]}`],
  );
  return invalid.length === 0
    ? { value: items }
    : { problem: invalid.join("; "), item: problems.findIndex((problem) => problem !== undefined) };
}

function parsed<T>(value: T, problem: string | undefined): Parsed<T> {
  return problem === undefined ? { value } : { problem };
}

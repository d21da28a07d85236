import type { RandomPasswordArgs } from "@pulumi/random";
import { hash } from "bcryptjs";
import { changedInputs, problemsOf, type Declaration, type ValueType } from "../shared/declarations";
import type { StandIn } from "../shared/stand-in";
import { containsUnknown, revealAll, secret, type Properties } from "../shared/values";
import { drawPassword, type PasswordRules } from "./password";

/** The id of every password: nothing outside the state would tell two of them apart. */
const id = "none";

/** The rounds of bcrypt, as a power of two; the official plugin's. */
const bcryptCost = 10;

const inputs = {
  keepers: input("map of strings"),
  length: { ...input("integer"), required: true },
  lower: input("boolean", true),
  minLower: input("integer", 0),
  minNumeric: input("integer", 0),
  minSpecial: input("integer", 0),
  minUpper: input("integer", 0),
  number: input("boolean", true),
  numeric: input("boolean", true),
  overrideSpecial: input("string"),
  special: input("boolean", true),
  upper: input("boolean", true),
} as const satisfies Record<keyof RandomPasswordArgs, Declaration>;

/** `random.RandomPassword`: a password that is drawn once and then lives in the stack's state, encrypted. */
export const randomPassword: StandIn = {
  type: "random:index/randomPassword:RandomPassword",
  inputs,
  outputs: {
    bcryptHash: { type: "string", secret: true },
    keepers: { type: "map of strings", optional: true },
    length: { type: "integer" },
    lower: { type: "boolean" },
    minLower: { type: "integer" },
    minNumeric: { type: "integer" },
    minSpecial: { type: "integer" },
    minUpper: { type: "integer" },
    number: { type: "boolean" },
    numeric: { type: "boolean" },
    overrideSpecial: { type: "string", optional: true },
    result: { type: "string", secret: true },
    special: { type: "boolean" },
    upper: { type: "boolean" },
  },

  check(news) {
    const problems = problemsOf(inputs, news);
    return Promise.resolve({
      inputs: news,
      problems: problems.length > 0 || containsUnknown(news) ? problems : problemsOfRules(news),
    });
  },

  diff(state, news) {
    const before = Object.fromEntries(Object.entries(state).filter(([name]) => name in inputs));
    const replaces = changedInputs(inputs, before, withDefaults(news));
    return { changed: replaces.length > 0, replaces };
  },

  async create(news) {
    const effective = withDefaults(news);
    const password = drawPassword(rulesOf(effective));
    return {
      id,
      state: {
        ...effective,
        result: secret(password),
        bcryptHash: secret(await hash(password, bcryptCost)),
      },
    };
  },
};

function input(type: ValueType, fallback?: boolean | number): Declaration {
  // Nothing can be changed about a password that exists.
  return { type, onChange: "replace", ...(fallback === undefined ? {} : { default: fallback }) };
}

function withDefaults(news: Properties): Properties {
  const defaults = Object.entries<Declaration>(inputs).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  // `number` is the old name of `numeric`: whichever the program gives counts for both.
  const numeric = news.numeric ?? news.number ?? true;
  const given = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
  return { ...Object.fromEntries(defaults), ...given, number: numeric, numeric };
}

function rulesOf(effective: Properties): PasswordRules {
  // The check has seen to it that every input has its declared type.
  return revealAll(effective) as unknown as PasswordRules;
}

function problemsOfRules(news: Properties): string[] {
  const { number, numeric } = revealAll(news);
  const rules = rulesOf(withDefaults(news));
  const minima = ["minLower", "minUpper", "minNumeric", "minSpecial"] as const;
  const demanded = minima.reduce((sum, name) => sum + rules[name], 0);
  const problems = minima
    .filter((name) => rules[name] < 0)
    .map((name) => `${name}: must not be negative, but is ${rules[name]}`);
  if (rules.length < 1) {
    problems.push(`length: must be at least 1, but is ${rules.length}`);
  }
  if (demanded > rules.length) {
    problems.push(
      `length: is ${rules.length}, but ${minima.join(", ")} demand ${demanded} characters; raise it or lower them`,
    );
  }
  if (!rules.lower && !rules.upper && !rules.numeric && !rules.special) {
    problems.push("lower, upper, numeric, special: at least one of them must be true");
  }
  if (number !== undefined && numeric !== undefined && number !== numeric) {
    problems.push("number: differs from numeric, of which it is the old name; leave it out");
  }
  return problems;
}

import { randomInt } from "node:crypto";

/** What a password is made of. */
export interface PasswordRules {
  /** In characters. */
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  /** How many characters of each kind there are at least, even of a kind that is otherwise switched off. */
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  /** The special characters to choose from, in place of the usual ones. An empty text leaves the usual ones. */
  readonly overrideSpecial?: string;
}

const lowerCharacters = "abcdefghijklmnopqrstuvwxyz";
const upperCharacters = lowerCharacters.toUpperCase();
const numericCharacters = "0123456789";
const specialCharacters = "!@#$%&*()-_=+[]{}<>:?";

/** Draws a password from the operating system's secure random source, without bias. */
export function drawPassword(rules: PasswordRules): string {
  const specials = rules.overrideSpecial ? rules.overrideSpecial : specialCharacters;
  const kinds = [
    { characters: lowerCharacters, allowed: rules.lower, atLeast: rules.minLower },
    { characters: upperCharacters, allowed: rules.upper, atLeast: rules.minUpper },
    { characters: numericCharacters, allowed: rules.numeric, atLeast: rules.minNumeric },
    { characters: specials, allowed: rules.special, atLeast: rules.minSpecial },
  ];
  const demanded = kinds.flatMap(({ characters, atLeast }) => draw(characters, atLeast));
  const allowed = kinds.map((kind) => (kind.allowed ? kind.characters : "")).join("");
  return shuffle([...demanded, ...draw(allowed, rules.length - demanded.length)]).join("");
}

function draw(characters: string, count: number): string[] {
  const choices = [...characters];
  return Array.from({ length: count }, () => choices[randomInt(choices.length)] as string);
}

// Fisher and Yates: every order is equally likely, so nothing tells where the demanded characters ended up.
function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const chosen = randomInt(last + 1);
    [items[last], items[chosen]] = [items[chosen] as string, items[last] as string];
  }
  return items;
}

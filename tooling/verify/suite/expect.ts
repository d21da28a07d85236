/** What a failed check has to say. */
export interface Finding {
  readonly expected: string;
  readonly seen: string;
  /** Where the reason may be found: names, messages, the last lines of a log. */
  readonly look?: readonly string[];
}

/** The lab is not as a check expects. */
export class CheckFailure extends Error {
  constructor(finding: Finding) {
    const look = (finding.look ?? []).map((line) => `\nlook at:  ${line}`).join("");
    super(`expected: ${finding.expected}\nseen:     ${finding.seen}${look}`);
    this.name = "CheckFailure";
  }
}

/** Fails the check unless the condition holds. */
export function expect(condition: boolean, finding: Finding): asserts condition {
  if (!condition) throw new CheckFailure(finding);
}

/**
 * Fails the check unless both values are equal.
 *
 * @param what Names the value, for example `phase of train-model-x7f2p`.
 */
export function expectEqual<T extends string | number | boolean | undefined>(
  what: string,
  seen: unknown,
  expected: T,
  look: readonly string[] = [],
): asserts seen is T {
  expect(seen === expected, {
    expected: `${what}: ${shown(expected)}`,
    seen: shown(seen),
    look,
  });
}

/** Fails the check unless a text has all of the words. @param what Names the text. */
export function expectWords(
  what: string,
  seen: string,
  words: readonly string[],
  look: readonly string[] = [],
): void {
  expect(
    words.every((word) => seen.includes(word)),
    { expected: `${what} with ${words.map((word) => `"${word}"`).join(" and ")}`, seen, look },
  );
}

/** A value in a message; text as it is, unless it is empty. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

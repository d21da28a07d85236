/** What a verification says in the end. */

/** How a check ended. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** The facts that were seen. */
  readonly evidence: readonly string[];
  /** What was expected, what was seen and where to look; `null` for a check that passed. */
  readonly message: string | null;
}

/** `N passed, N failed`. */
export function countText(results: readonly Result[]): string {
  const { passed, failed } = countsOf(results);
  return `${passed} passed, ${failed} failed`;
}

/** How many passed, how many did not. */
export function countsOf(results: readonly Result[]): { passed: number; failed: number } {
  const passed = results.filter((each) => each.passed).length;
  return { passed, failed: results.length - passed };
}

/** How many there are of each kind, which is the first word of a name. */
export function kindsText(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const kind = name.split(" ")[0] ?? name;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ");
}

/** What is printed below the list of checks: each failure in full, then the count. */
export function closingText(results: readonly Result[]): string {
  const failures = results.filter((each) => !each.passed);
  const texts = failures.map(
    ({ name, title, message }) => `FAILED ${name}: ${title}\n${indent(message ?? "")}\n`,
  );
  return [...texts, countText(results)].join("\n");
}

/** The exit code: 0 if every check passed, else 1. */
export function exitCodeOf(results: readonly Result[]): number {
  return results.every((each) => each.passed) ? 0 : 1;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

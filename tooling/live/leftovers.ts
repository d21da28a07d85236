import { setTimeout as delay } from "node:timers/promises";

/** What is left of a stack that was taken down, as names for people. */
export interface Leftovers {
  readonly left: readonly string[];
  /** What stays because the settings say so. */
  readonly kept: readonly string[];
}

/** Asks until nothing is left, for a minute: volumes go a little after their claims. */
export async function settled(
  ask: () => Promise<Leftovers>,
  { seconds = 60, pauseMilliseconds = 2000 } = {},
): Promise<Leftovers> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await ask();
    if (found.left.length === 0 || Date.now() > deadline) return found;
    await delay(pauseMilliseconds);
  }
}

/** @throws Error that names what is left, if anything is */
export function requireNothingLeft(left: readonly string[]): void {
  if (left.length > 0) throw new Error(`still here:\n${left.map((each) => `  ${each}`).join("\n")}`);
}

import { TimeOver, until, type Waiting } from "./until";

/** What is left of something that was taken down, as names for people. */
export interface Leftovers {
  readonly left: readonly string[];
  /** What stays because the settings say so. */
  readonly kept: readonly string[];
}

/**
 * Looks until nothing is left, for a minute: volumes go a little after their claims.
 *
 * @returns what the last look found
 * @throws Error if a look fails, or none ended in time: that is not proof that nothing is left
 */
export async function settled(
  look: () => Promise<Leftovers>,
  { seconds = 60, pauseMilliseconds = 2000 }: Waiting = {},
): Promise<Leftovers> {
  let last: Leftovers | undefined;
  const isGone = async (): Promise<boolean> => {
    last = await look();
    return last.left.length === 0;
  };
  await until(isGone, { seconds, pauseMilliseconds }).catch((error: unknown) => {
    if (!(error instanceof TimeOver)) throw error;
  });
  if (last === undefined) throw new Error(`could not look for what is left: no answer within ${seconds} s`);
  return last;
}

/** @throws Error that names what is left, if anything is */
export function requireNothingLeft(left: readonly string[]): void {
  if (left.length > 0) throw new Error(`still here:\n${left.map((each) => `  ${each}`).join("\n")}`);
}

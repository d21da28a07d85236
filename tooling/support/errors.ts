/** What was thrown, in words. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is behind an error, in words: fetch keeps the reason one level down. */
export const causeOf = (error: unknown): string =>
  messageOf(error instanceof Error ? (error.cause ?? error) : error);

/** What was thrown, as an error. */
export const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

/** What stands between the problem and its remedy in a message. */
const REMEDY = "\n  remedy: ";

/** A message in its two parts. */
export interface Problem {
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** @returns what an error says, the remedy apart */
export function problemOf(error: unknown): Problem {
  const text = messageOf(error);
  const at = text.indexOf(REMEDY);
  if (at === -1) return { message: text };
  return { message: text.slice(0, at), remedy: text.slice(at + REMEDY.length) };
}

/**
 * A wrong option or input, or something that the command needs and does not find: nothing was started, and nothing has
 * been changed. Exit code 2.
 */
export class NotStarted extends Error {
  override readonly name: string = "NotStarted";
}

/** The work had begun when it failed: something may have been changed. Exit code 1. */
export class Failed extends Error {
  override readonly name: string = "Failed";
}

/** Does what comes before the work itself, whose errors mean that nothing was started unless they are {@link Failed}. */
export async function beforeStart<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof NotStarted || error instanceof Failed
      ? error
      : new NotStarted(messageOf(error), { cause: error });
  }
}

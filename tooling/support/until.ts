import { setTimeout as delay } from "node:timers/promises";

/** How {@link until} waits. */
export interface Waiting {
  /** @default without an end of its own */
  readonly seconds?: number;
  /** From one answer to the next question. @default 1000 */
  readonly pauseMilliseconds?: number;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal;
  /** Message of the error when the time is over. @default says how long was waited */
  readonly late?: () => string;
}

/** The time was over before the answer was there. */
export class TimeOver extends Error {
  override readonly name = "TimeOver";
}

/**
 * Waits for something that does not take a signal itself. It may go on behind.
 *
 * @throws the signal's reason as soon as it is aborted
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Asks again and again until there is an answer. A question that hangs does not outlast the time either.
 *
 * @param look What it returns is the answer, unless that is undefined or false.
 * @throws TimeOver after `seconds`; the signal's reason when it is aborted; what `look` throws
 */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  waiting: Waiting = {},
): Promise<T> {
  const { seconds, pauseMilliseconds = 1000, signal, late } = waiting;
  const time = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1000);
  const end = AbortSignal.any([signal, time].filter((each) => each !== undefined));
  try {
    for (;;) {
      signal?.throwIfAborted();
      const answer = await unlessAborted(look(), end);
      if (answer !== undefined && answer !== false) return answer;
      await delay(pauseMilliseconds, undefined, { signal: end });
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (time?.aborted !== true) throw error;
    throw new TimeOver(late?.() ?? `timed out after ${seconds ?? 0} s`);
  }
}

import { setTimeout as delay } from "node:timers/promises";
import { servedText, type StagingService } from "../../live/services/staging-service";

/** What a service said while something else went on. */
export interface Watched {
  /** How many times it was asked. */
  readonly asked: number;
  /** How many times of these it did not answer. */
  readonly unanswered: number;
  /** How many of these came one after the other, at most. */
  readonly inARow: number;
  /** Each different answer, in the order of its first time, a failure to answer among them. */
  readonly answers: readonly string[];
}

/** Milliseconds from one answer to the next question. */
const PAUSE = 1000;

/** Asks the service what it serves, again and again, until the work is done. */
export async function watchWhile<T>(
  service: StagingService,
  work: Promise<T>,
): Promise<{ result: T; watched: Watched }> {
  const answers = new Set<string>();
  let asked = 0;
  let unanswered = 0;
  let silence = 0;
  let inARow = 0;
  const done = new AbortController();
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      asked += 1;
      answers.add(
        await service.version().then(
          (served) => {
            silence = 0;
            return servedText(served);
          },
          (error: unknown) => {
            unanswered += 1;
            silence += 1;
            inARow = Math.max(inARow, silence);
            return (error as Error).message;
          },
        ),
      );
      await delay(PAUSE, undefined, { signal: done.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  try {
    const result = await work;
    return { result, watched: { asked, unanswered, inARow, answers: [...answers] } };
  } finally {
    done.abort();
    await watching;
  }
}

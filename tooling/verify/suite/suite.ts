import { Listr, type ListrRendererValue, type ListrTask, PRESET_TIMER } from "listr2";
import type { Check } from "./check";
import { reasonOf } from "../../live/api-clients";
import type { Lab } from "./lab";
import type { Result } from "./report";
import { errorOf } from "../../support/errors";

/** How the checks are carried out. */
export interface SuiteOptions {
  /** Seconds that one check may take. */
  readonly timeout: number;
  /** Seconds that a check which was ended has to put back what it has stopped. */
  readonly grace: number;
  /** Folder for pictures of pages. @default none are taken */
  readonly screenshots?: string | undefined;
  /** Shows nothing while the checks run. */
  readonly silent: boolean;
  /** Ends everything: the user interrupted. */
  readonly signal: AbortSignal;
}

/** Shows what a check tells. */
interface Display {
  see(fact: string): void;
  progress(line: string): void;
}

/** Carries out the checks, one after the other; a failure does not keep the others from being tried. */
export async function runSuite(checks: readonly Check[], lab: Lab, options: SuiteOptions): Promise<Result[]> {
  const results: Result[] = [];
  const tasks = checks.map((check): ListrTask => ({
    title: check.title,
    // Every fact stays on the screen, below its check.
    rendererOptions: { outputBar: Infinity, persistentOutput: true },
    enabled: () => !options.signal.aborted,
    task: async (_, shown) => {
      let last = Date.now();
      const display: Display = {
        see: (fact) => {
          shown.output = fact;
        },
        progress: (line) => {
          // On a terminal the title is redrawn; in a log, one line in ten seconds says that something goes on.
          const pause = process.stdout.isTTY ? 100 : 10_000;
          if (Date.now() - last < pause) return;
          last = Date.now();
          if (process.stdout.isTTY) shown.title = `${check.title}: ${line}`;
          else shown.output = line;
        },
      };
      const result = await carryOut(check, lab, options, display);
      shown.title = check.title;
      results.push(result);
      // The whole message comes below the list.
      if (!result.passed) throw new Error(result.message?.split("\n")[0]);
    },
  }));
  const list = new Listr<object, ListrRendererValue, ListrRendererValue>(tasks, {
    concurrent: false,
    exitOnError: false,
    // An interruption has to clean up first; main does that.
    registerSignalListeners: false,
    ...(options.silent
      ? { renderer: "silent" }
      : {
          renderer: "default",
          rendererOptions: { timer: PRESET_TIMER, showErrorMessage: false, collapseErrors: false },
          fallbackRenderer: "simple",
          fallbackRendererOptions: { timer: PRESET_TIMER },
        }),
  });
  await list.run();
  return results;
}

/** Carries out one check, within its time. */
async function carryOut(check: Check, lab: Lab, options: SuiteOptions, display: Display): Promise<Result> {
  const start = Date.now();
  const evidence: string[] = [];
  const seconds = (): number => Math.round((Date.now() - start) / 100) / 10;
  const { name, title } = check;
  let lastProgress = "";
  const timeout = new AbortController();
  const signal = AbortSignal.any([options.signal, timeout.signal]);
  const timer = setTimeout(() => {
    const standing = lastProgress === "" ? "" : `\nseen:     ${lastProgress}`;
    timeout.abort(new Error(`expected: an end within ${options.timeout} s (--timeout)${standing}`));
  }, options.timeout * 1000);
  try {
    const work = check.run({
      lab,
      signal,
      screenshots: options.screenshots,
      see: (fact) => {
        evidence.push(fact);
        display.see(fact);
      },
      progress: (line) => {
        lastProgress = line;
        display.progress(line);
      },
    });
    await untilAborted(work, signal, options.grace);
    return { name, title, passed: true, seconds: seconds(), evidence, message: null };
  } catch (error) {
    const message = error instanceof Error && !("body" in error) ? error.message : reasonOf(error);
    return { name, title, passed: false, seconds: seconds(), evidence, message };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The promise, or the signal's reason if that comes first: a request that hangs must not hold up the suite.
 *
 * @param grace Seconds in which the work may still end by itself after the signal, as it may have to put things back.
 */
function untilAborted(work: Promise<void>, signal: AbortSignal, grace: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const reason = signal.reason as Error;
      const timer = setTimeout(() => reject(reason), grace * 1000);
      const end = (): void => {
        clearTimeout(timer);
        reject(reason);
      };
      work.then(end, end);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, (error: unknown) => {
      if (!signal.aborted) reject(errorOf(error));
    });
  });
}

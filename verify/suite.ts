import { Listr, type ListrRendererValue, type ListrTask, PRESET_TIMER } from "listr2";
import type { Check } from "./check";
import { reasonOf } from "./cluster";
import type { Lab } from "./lab";
import type { Result } from "./report";

/** How the checks are carried out. */
export interface SuiteOptions {
  /** Seconds that one check may take. */
  readonly timeout: number;
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
    await untilAborted(
      check.run({
        lab,
        signal,
        see: (fact) => {
          evidence.push(fact);
          display.see(fact);
        },
        progress: (line) => {
          lastProgress = line;
          display.progress(line);
        },
      }),
      signal,
    );
    return { name, title, passed: true, seconds: seconds(), evidence, message: null };
  } catch (error) {
    const message = error instanceof Error && !("body" in error) ? error.message : reasonOf(error);
    return { name, title, passed: false, seconds: seconds(), evidence, message };
  } finally {
    clearTimeout(timer);
  }
}

/** The promise, or the signal's reason if that comes first: a request that hangs must not hold up the suite. */
function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

import { Listr, PRESET_TIMER, type ListrTask } from "listr2";
import { logs } from "../paths";
import { Failed, messageOf } from "../../support/errors";
import { Interrupted } from "../../support/interruption";
import { type Report } from "../run";
import { recordTiming } from "./timings";

/** One step on the way to a lab. */
export interface Step {
  readonly title: string;
  /** Whether there is nothing to do. Left out for steps that find that out themselves. */
  readonly isDone?: () => boolean | Promise<boolean>;
  readonly run: (report: Report) => Promise<void>;
  /** What to try when the step fails. */
  readonly remedy: string;
}

/** A step that failed, with what went wrong and what to do. */
export class StepError extends Failed {
  override readonly name = "StepError";

  constructor(
    readonly step: Step,
    override readonly cause: unknown,
  ) {
    super(
      `${step.title} failed: ${messageOf(cause)}\n  remedy: ${step.remedy}\n  logs: ${logs}\n  Run the same command again to continue.`,
    );
  }
}

function task(step: Step): ListrTask {
  return {
    title: step.title,
    skip: async () => ((await step.isDone?.()) === true ? "done before" : false),
    task: async (_, shown) => {
      let last = 0;
      const report: Report = (line) => {
        // On a terminal the line is redrawn; in a log, one line in ten seconds says that something goes on.
        const pause = process.stdout.isTTY ? 100 : 10_000;
        if (Date.now() - last < pause) return;
        last = Date.now();
        shown.output = line.length > 160 ? `${line.slice(0, 159)}…` : line;
      };
      const start = Date.now();
      try {
        await step.run(report);
        recordTiming(step.title, Date.now() - start);
      } catch (error) {
        throw error instanceof StepError || error instanceof Interrupted ? error : new StepError(step, error);
      }
    },
  };
}

/** Only steps that did something have a time worth showing. */
const timer = { ...PRESET_TIMER, condition: (milliseconds: number) => milliseconds > 500 };

/**
 * Runs the steps in order, showing each one's name, progress and time.
 *
 * @throws StepError at the first step that fails
 */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  const list = new Listr(steps.map(task), {
    concurrent: false,
    // The command line takes the signals for all of a command.
    registerSignalListeners: false,
    rendererOptions: { timer, showErrorMessage: false, collapseSkips: false },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer },
  });
  await list.run();
}

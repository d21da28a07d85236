import pMap from "p-map";
import { LockedStack, StackFailure } from "./stack-runner";
import { notStarted, type Outcome } from "./outcome";
import type { ClassContext } from "../class-context";
import { messageOf } from "../../support/errors";

/** Work on one stack. */
export interface ClassTask {
  /** The student, or `base`. */
  readonly student: string;
  /** @returns what there is to say when it is done */
  readonly run: (step: (text: string) => void) => Promise<string>;
}

/** Once the signal is aborted, nothing is started any more. */
type RunOptions = Pick<ClassContext, "parallel" | "signal" | "display">;

/** Does the work side by side. One that fails does not keep the others from being done. */
export async function runClass(tasks: readonly ClassTask[], options: RunOptions): Promise<Outcome[]> {
  const { display, parallel } = options;
  display.expect(tasks.map(({ student }) => student));
  const outcomes = await pMap(tasks, (task) => outcomeOf(task, options), { concurrency: parallel });
  await display.close();
  return outcomes;
}

async function outcomeOf(task: ClassTask, { display, signal }: RunOptions): Promise<Outcome> {
  const start = Date.now();
  const { student } = task;
  let outcome: Outcome;
  if (signal.aborted) {
    outcome = notStarted(student, "interrupted before");
  } else {
    display.begin(student);
    const seconds = (): number => Math.round((Date.now() - start) / 1000);
    try {
      const detail = await task.run((text) => display.step(student, text));
      outcome = { student, result: "done", seconds: seconds(), detail };
    } catch (error) {
      outcome = { student, seconds: seconds(), ...failureOf(error, signal.aborted) };
    }
  }
  display.end(outcome);
  return outcome;
}

const again = "fix the cause and run the same command again: it goes on where it ended";

function failureOf(error: unknown, interrupted: boolean): Pick<Outcome, "result" | "detail" | "remedy"> {
  const detail = messageOf(error);
  if (error instanceof LockedStack) return { result: "locked", detail, remedy: error.remedy };
  if (interrupted) {
    return { result: "interrupted", detail: "what was done is kept", remedy: "run the same command again" };
  }
  const log = error instanceof StackFailure ? `; the whole output: ${error.log}` : "";
  return { result: "failed", detail, remedy: `${again}${log}` };
}

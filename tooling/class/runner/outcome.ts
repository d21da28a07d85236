/** How it went with one stack. */
export interface Outcome {
  /** The student, or `base`. */
  readonly student: string;
  readonly result: "done" | "failed" | "locked" | "interrupted" | "not started";
  readonly seconds: number;
  /** What there is to say about it: what was changed, or why it failed. */
  readonly detail: string;
  readonly remedy?: string;
}

/** The outcome of a stack that was not worked on. */
export function notStarted(student: string, reason: string): Outcome {
  return { student, result: "not started", seconds: 0, detail: reason };
}

export const allDone = (outcomes: readonly Outcome[]): boolean =>
  outcomes.every(({ result }) => result === "done");

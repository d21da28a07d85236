import { setTimeout as delay } from "node:timers/promises";
import { Listr } from "listr2";
import type { Outcome } from "../runner/outcome";

/** Shows a class that is worked on: each student's step and time. */
export interface ClassDisplay {
  /** Who will be worked on. */
  readonly expect: (students: readonly string[]) => void;
  readonly begin: (student: string) => void;
  readonly step: (student: string, text: string) => void;
  readonly end: (outcome: Outcome) => void;
  /** Nothing follows; resolves when everything is on the screen. */
  readonly close: () => Promise<void>;
}

/** Shows nothing, for scripts. */
export const silentClassDisplay: ClassDisplay = {
  expect: () => undefined,
  begin: () => undefined,
  step: () => undefined,
  end: () => undefined,
  close: () => Promise.resolve(),
};

/** @returns a table that is redrawn on a terminal; elsewhere lines that suit a log */
export function classDisplayFor(stream: NodeJS.WriteStream): ClassDisplay {
  return stream.isTTY ? tableDisplay() : logDisplay((line) => void stream.write(`${line}\n`));
}

/** Seconds as `m:ss`. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Lines for a log: begin and end of each student, and between them one line in ten seconds, of whoever has a new step
 * by then.
 */
export function logDisplay(print: (line: string) => void, now: () => number = Date.now): ClassDisplay {
  let width = 0;
  let last = Number.NEGATIVE_INFINITY;
  const line = (student: string, text: string): void => {
    print(`${new Date(now()).toTimeString().slice(0, 8)}  ${student.padEnd(width)}  ${text}`);
  };
  return {
    expect: (students) => {
      width = Math.max(width, ...students.map((each) => each.length));
    },
    begin: (student) => line(student, "started"),
    step: (student, text) => {
      if (now() - last < 10_000) return;
      last = now();
      line(student, text);
    },
    end: ({ student, result, seconds, detail }) => {
      const taken = result === "not started" ? "" : `, ${clock(seconds)}`;
      line(student, `${result}${taken}: ${detail.split("\n")[0] ?? ""}`);
    },
    close: () => Promise.resolve(),
  };
}

interface Row {
  begun?: number;
  step: string;
  outcome?: Outcome;
}

/** A line for each student, redrawn: the name, what is being done, the time. */
function tableDisplay(): ClassDisplay {
  const rows = new Map<string, Row>();
  let drawing: Promise<unknown> = Promise.resolve();
  let width = 0;
  const rowOf = (student: string): Row => rows.get(student) ?? { step: "" };
  const titleOf = (student: string): string => {
    const { begun, step, outcome } = rowOf(student);
    const name = student.padEnd(width);
    if (outcome !== undefined) {
      return `${name}  ${clock(outcome.seconds).padStart(6)}  ${outcome.result}: ${outcome.detail.split("\n")[0] ?? ""}`;
    }
    if (begun === undefined) return `${name}          waits`;
    return `${name}  ${clock(Math.round((Date.now() - begun) / 1000)).padStart(6)}  ${step}`;
  };
  const follow = async (student: string, task: { title: string }): Promise<void> => {
    for (;;) {
      const { outcome } = rowOf(student);
      task.title = titleOf(student);
      if (outcome?.result === "done") return;
      if (outcome !== undefined) throw new Error(titleOf(student));
      await delay(200);
    }
  };
  return {
    expect: (students) => {
      width = Math.max(width, ...students.map((each) => each.length));
      for (const student of students) rows.set(student, { step: "" });
      const tasks = students.map((student) => ({
        title: titleOf(student),
        task: (_: unknown, task: { title: string }) => follow(student, task),
      }));
      drawing = new Listr(tasks, {
        concurrent: true,
        exitOnError: false,
        // An interruption lets the engines end first, which the command does.
        registerSignalListeners: false,
        rendererOptions: { showErrorMessage: false, collapseErrors: false },
      }).run();
    },
    begin: (student) => void rows.set(student, { begun: Date.now(), step: "starts" }),
    step: (student, text) => {
      rowOf(student).step = text;
    },
    end: (outcome) => {
      rowOf(outcome.student).outcome = outcome;
    },
    close: async () => {
      await drawing;
    },
  };
}

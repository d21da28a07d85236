import { setTimeout as delay } from "node:timers/promises";
import { Listr } from "listr2";
import type { Family } from "../workflows/family";
import { type Row, rowsOf } from "./rows";

/** Shows a run that is being followed. */
export interface Display {
  /** Takes each state of the run. */
  readonly show: (family: Family) => void;
  /** Nothing follows; resolves when everything is on the screen. */
  readonly end: () => Promise<void>;
}

/** Shows nothing, for scripts. */
export const silentDisplay: Display = { show: () => undefined, end: () => Promise.resolve() };

/** @returns redrawn lines on a terminal; elsewhere one line for each change, which suits a log */
export function displayFor(stream: NodeJS.WriteStream): Display {
  return stream.isTTY ? listDisplay() : lineDisplay((line) => void stream.write(`${line}\n`));
}

/** One line for each change, with the time of day. */
export function lineDisplay(print: (line: string) => void): Display {
  const known = new Map<string, string>();
  const words = { active: "started", done: "done", failed: "FAILED", skipped: "not needed" } as const;
  return {
    show: (family) => {
      for (const { id, text, state, seconds } of rowsOf(family)) {
        const now = `${state} ${text}`;
        if (known.get(id) === now) continue;
        known.set(id, now);
        const time = new Date().toTimeString().slice(0, 8);
        const taken = state !== "active" && seconds !== undefined ? `, ${seconds} s` : "";
        // A run has no work of its own to begin or to end.
        const standing = id.includes("/") ? `: ${words[state]}${taken}` : "";
        print(`${time}  ${text}${standing}`);
      }
    },
    end: () => Promise.resolve(),
  };
}

/**
 * Lines that are redrawn while a step runs. Steps are known only when they begin, so those that begin together make a
 * list of their own, and the lists follow each other.
 */
function listDisplay(): Display {
  let family: Family | undefined;
  let ended = false;
  const shown = new Set<string>();
  const rows = (): Row[] => (family === undefined ? [] : rowsOf(family));

  const follow = async (first: Row, task: { title: string; skip: (text: string) => void }): Promise<void> => {
    for (;;) {
      const row = rows().find((each) => each.id === first.id);
      if (row === undefined) {
        // A pod that waits for room gives way to its containers, one of which has its name.
        shown.delete(first.id);
        return;
      }
      task.title = titleOf(row);
      if (row.state === "done") return;
      if (row.state === "failed") throw new Error(row.text);
      if (row.state === "skipped") return task.skip(`${row.text}: not needed`);
      if (ended) return task.skip(`${titleOf(row)}: goes on`);
      await delay(200);
    }
  };
  const draw = async (): Promise<void> => {
    for (;;) {
      const last = ended;
      const fresh = rows().filter((row) => !shown.has(row.id));
      for (const { id } of fresh) shown.add(id);
      if (fresh.length > 0) {
        const tasks = fresh.map((row) => ({
          title: titleOf(row),
          task: (_: unknown, task: { title: string; skip: (text: string) => void }) => follow(row, task),
        }));
        await new Listr(tasks, {
          concurrent: true,
          exitOnError: false,
          // An interruption ends the following, which the command does.
          registerSignalListeners: false,
          rendererOptions: { showErrorMessage: false, collapseErrors: false, collapseSkips: true },
        }).run();
      } else if (last) return;
      else await delay(100);
    }
  };

  let drawing: Promise<void> | undefined;
  return {
    show: (seen) => {
      family = seen;
      drawing ??= draw();
    },
    end: async () => {
      ended = true;
      await drawing;
    },
  };
}

function titleOf({ text, seconds }: Row): string {
  return seconds === undefined ? text : `${text}  ${seconds} s`;
}

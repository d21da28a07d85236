import { baseOf, type ClassContext, stackOf } from "../class-context";
import { NoRoom, roomFor } from "../capacity/footprints";
import { allDone, notStarted, type Outcome } from "../runner/outcome";
import { type ClassTask, runClass } from "../runner/run-class";
import type { Changes } from "../runner/stack-runner";

/** What was changed, in words: `3 created, 1 updated`. */
export function changesText(changes: Changes): string {
  const words: Record<string, string> = {
    create: "created",
    update: "updated",
    replace: "replaced",
    delete: "deleted",
  };
  const parts = Object.entries(words)
    .filter(([kind]) => (changes[kind] ?? 0) > 0)
    .map(([kind, word]) => `${changes[kind] ?? 0} ${word}`);
  return parts.length === 0 ? "unchanged" : parts.join(", ");
}

export function upTask(context: ClassContext, student: string, stack: string): ClassTask {
  const { runner, signal } = context;
  return { student, run: async (step) => changesText(await runner.up(stack, { step, signal })) };
}

/**
 * Brings the base up, then the students side by side. What is up already stays as it is, so it goes on where an earlier
 * run ended.
 *
 * @throws NoRoom before anything is changed, unless it is forced
 */
export async function upClass(context: ClassContext, { force = false } = {}): Promise<Outcome[]> {
  if (!force) {
    const room = await roomFor(context);
    if (room.footprint.problems.length > 0) throw new NoRoom(room);
  }
  const base = await runClass([upTask(context, "base", baseOf(context))], context);
  if (!allDone(base)) {
    const reason = "the base, which all need, is not up";
    return [...base, ...context.selected.map((student) => notStarted(student, reason))];
  }
  const tasks = context.selected.map((student) => upTask(context, student, stackOf(context, student)));
  return [...base, ...(await runClass(tasks, context))];
}

import { baseOf, type ClassContext, stackOf } from "../class-context";
import { footprintText } from "../capacity/capacity";
import { type ClassRoom, roomFor } from "../capacity/footprints";
import { notStarted, type Outcome } from "../runner/outcome";
import { type ClassTask, runClass } from "../runner/run-class";
import { schedulesOf, sharedTimesText, type StudentSchedule } from "../capacity/schedules";
import type { Changes, Outputs } from "../runner/stack-runner";
import { textTable } from "../view/table";

/** What `up` would do to the class. */
export interface ClassPreview {
  readonly outcomes: readonly Outcome[];
  /** By student, and `base`. */
  readonly changes: ReadonlyMap<string, Changes>;
  readonly room: ClassRoom;
  readonly schedules: readonly StudentSchedule[];
}

/** Previews the base, then all students side by side, and sums what the class asks for. Changes nothing. */
export async function previewClass(context: ClassContext): Promise<ClassPreview> {
  const { runner, signal } = context;
  const changes = new Map<string, Changes>();
  const outputs = new Map<string, Outputs>();
  const task = (student: string, stack: string): ClassTask => ({
    student,
    run: async (step) => {
      const found = await runner.preview(stack, { step, signal });
      changes.set(student, found.changes);
      outputs.set(student, found.outputs);
      return "";
    },
  });
  const base = baseOf(context);
  const isUp = (await runner.outputs(base))?.["base"] !== undefined;
  const outcomes = await runClass([task("base", base)], context);
  if (isUp) {
    const tasks = context.selected.map((student) => task(student, stackOf(context, student)));
    outcomes.push(...(await runClass(tasks, context)));
  } else {
    // A student's program reads the base's outputs, which there are none of yet.
    const reason = "can be previewed once the base is up";
    outcomes.push(...context.selected.map((student) => notStarted(student, reason)));
  }
  return { outcomes, changes, room: await roomFor(context, outputs), schedules: schedulesOf(context) };
}

/** Whether nothing stands in the way of an `up`. What waits for the base is no obstacle. */
export function nothingInTheWay({ outcomes, room }: ClassPreview): boolean {
  const fine = outcomes.every(({ result }) => result === "done" || result === "not started");
  return fine && room.footprint.problems.length === 0;
}

const KINDS = ["create", "update", "replace", "delete", "same"] as const;

/** A line for each stack with what would be done and when the student trains, then the sum of what the class asks for. */
export function previewText({ outcomes, changes, room, schedules }: ClassPreview): string {
  const crons = new Map(schedules.map(({ student, cron }) => [student, cron]));
  const rows = outcomes.map(({ student, result, detail }) => {
    const found = changes.get(student);
    if (found === undefined) {
      return [student, ...KINDS.map(() => ""), `${result}: ${detail.split("\n")[0] ?? ""}`];
    }
    return [student, ...KINDS.map((kind) => String(found[kind] ?? 0)), crons.get(student) ?? ""];
  });
  const table = textTable(["student", ...KINDS, "schedule"], rows);
  const reasons = outcomes
    .filter(({ result }) => result === "failed" || result === "locked")
    .map(
      ({ student, detail, remedy }) =>
        `${student}:\n  ${detail.replaceAll("\n", "\n  ")}\n  remedy: ${remedy ?? ""}`,
    );
  const shared = sharedTimesText(schedules);
  const parts = [table, footprintText(room.footprint, room.capacity), shared, ...reasons];
  return parts.filter((part) => part !== "").join("\n\n");
}

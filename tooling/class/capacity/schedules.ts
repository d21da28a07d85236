import { offsetSchedule } from "../../../config";
import { effectiveSettings } from "../class-settings";
import { type ClassContext, stackOf } from "../class-context";

/** When a student's training starts by itself. */
export interface StudentSchedule {
  readonly student: string;
  /** Cron string of five fields, moved by the student's offset. */
  readonly cron: string;
  readonly timezone: string;
  /** Whether it is meant to be the same as others': the class is not spread. */
  readonly together: boolean;
}

/** The schedules of the class that fire, as the roster and the class's settings have them. */
export function schedulesOf({
  name,
  students,
  files,
}: Pick<ClassContext, "name" | "students" | "files">): StudentSchedule[] {
  return students.flatMap(({ id }): StudentSchedule[] => {
    const settings = effectiveSettings(files.textOf(stackOf({ name }, id)));
    if (settings.scheduleSuspended === true) return [];
    const spread = Number(settings.scheduleSpreadMinutes);
    const { cron } = offsetSchedule(String(settings.schedule), id, spread);
    return [{ student: id, cron, timezone: String(settings.scheduleTimezone), together: spread === 0 }];
  });
}

/** Students whom the spread has given the same times, in groups: names are many, minutes are few. */
export function sharedTimes(schedules: readonly StudentSchedule[]): StudentSchedule[][] {
  const groups = new Map<string, StudentSchedule[]>();
  for (const schedule of schedules.filter(({ together }) => !together)) {
    const key = `${schedule.cron} ${schedule.timezone}`;
    groups.set(key, [...(groups.get(key) ?? []), schedule]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A line for each group that starts at the same time, and what sets them apart; empty if there is none. */
export function sharedTimesText(schedules: readonly StudentSchedule[]): string {
  const groups = sharedTimes(schedules);
  if (groups.length === 0) return "";
  const lines = groups.map(
    (group) =>
      `start in the same minute (${group[0]?.cron ?? ""} ${group[0]?.timezone ?? ""}): ` +
      group.map(({ student }) => student).join(", "),
  );
  return [
    ...lines,
    "  a wider scheduleSpreadMinutes, or a schedule of their own in the roster, sets them apart",
  ].join("\n");
}

/** Keeps the schedules of many students from firing in the same minute. */
import { createHash } from "node:crypto";

/** A schedule that was moved. */
export interface OffsetSchedule {
  /** Cron string of five fields. */
  readonly cron: string;
  /** By how many minutes it is later; below zero where a later time would have been on the next day. */
  readonly offsetMinutes: number;
  /** Why it was left as it is, if it cannot be moved. */
  readonly reason?: string;
}

/** How far a schedule was moved, in words. */
export function describeOffset({ offsetMinutes, reason }: OffsetSchedule): string {
  if (reason !== undefined) {
    return `the schedule is the same for the whole class: ${reason}`;
  }
  const direction = offsetMinutes < 0 ? "before" : "after";
  return `the student's schedule is ${Math.abs(offsetMinutes)} minutes ${direction} the class's`;
}

const HOUR = 60;
const DAY = 24 * HOUR;

/**
 * Moves a schedule by a number of minutes that follows from the student's name: the same for ever, and spread evenly
 * over a class.
 *
 * Where a time after midnight would be another day than the schedule names, the minutes that are too many are taken
 * before the time instead of after it: at 23:45 on Mondays, 60 minutes spread over 23:00 to 23:59. Schedules of every
 * hour are spread over that hour, and those of every n minutes over those minutes.
 *
 * @param cron Cron string of five fields, whose minute is a number or every n minutes. Others are left as they are.
 * @param spreadMinutes Over how many minutes a class is spread. With 0 all fire at the same time.
 */
export function offsetSchedule(cron: string, student: string, spreadMinutes: number): OffsetSchedule {
  const fields = cron.trim().split(/\s+/);
  const [minute = "", hour = "", ...days] = fields;
  const left = (reason: string): OffsetSchedule => ({ cron, offsetMinutes: 0, reason });
  if (fields.length !== 5) {
    return left("only schedules of five fields are moved");
  }
  if (spreadMinutes <= 0) {
    return { cron, offsetMinutes: 0 };
  }

  const every = /^\*\/(\d+)$/.exec(minute);
  if (every !== null) {
    const step = Number(every[1]);
    // The last time of the hour has to stay in it.
    const span = HOUR - Math.floor((HOUR - 1) / step) * step;
    const offset = offsetOf(student, Math.min(span, spreadMinutes));
    const minutes = offset === 0 ? minute : `${offset}-${HOUR - 1}/${step}`;
    return { cron: [minutes, hour, ...days].join(" "), offsetMinutes: offset };
  }
  if (!/^\d+$/.test(minute)) {
    return left(`its minutes (${minute}) are neither one number nor every n minutes`);
  }

  const from = Number(minute);
  const isDaily = days.every((field) => field === "*" || field === "?");
  if (hour === "*") {
    // Every hour is like the one after it, so an offset is as good as the one an hour before.
    const later = offsetOf(student, Math.min(HOUR, spreadMinutes));
    const offset = isDaily || from + later < HOUR ? later : later - HOUR;
    return { cron: [(from + later) % HOUR, hour, ...days].join(" "), offsetMinutes: offset };
  }
  const hours = hoursOf(hour);
  if (hours === undefined) {
    return left(`its hours (${hour}) are neither numbers nor ranges`);
  }
  const offset = isDaily
    ? offsetOf(student, spreadMinutes)
    : offsetWithinDay(student, spreadMinutes, {
        before: Math.min(...hours) * HOUR + from,
        after: DAY - (Math.max(...hours) * HOUR + from),
      });
  const carry = Math.floor((from + offset) / HOUR);
  const moved = hours.map((each) => (each + carry + 24) % 24);
  const minutes = from + offset - carry * HOUR;
  return { cron: [minutes, listOf(moved), ...days].join(" "), offsetMinutes: offset };
}

/**
 * An offset that leaves all times of a day on that day.
 *
 * @param room Minutes from midnight to the first time, and from the last time to the next midnight.
 */
function offsetWithinDay(
  student: string,
  spread: number,
  room: { readonly before: number; readonly after: number },
): number {
  const span = Math.min(spread, room.before + room.after);
  const offset = offsetOf(student, span);
  return offset < room.after ? offset : offset - span;
}

/** A number from 0 up to and without `span`, evenly spread over names. */
function offsetOf(student: string, span: number): number {
  return createHash("sha256").update(student).digest().readUIntBE(0, 6) % span;
}

/** The hours of a field of numbers, ranges and steps. */
function hoursOf(field: string): number[] | undefined {
  const parts = field.split(",").map((part) => {
    const [, first, last, step] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    const start = first === "*" ? 0 : Number(first);
    // A step without an end goes on to the end of the day.
    const end = last === undefined ? (first === "*" || step !== undefined ? 23 : start) : Number(last);
    const by = Number(step ?? 1);
    return end > 23 || end < start || by < 1
      ? undefined
      : Array.from({ length: Math.floor((end - start) / by) + 1 }, (_, index) => start + index * by);
  });
  return parts.includes(undefined) ? undefined : [...new Set(parts.flatMap((part) => part ?? []))];
}

/** Hours as a field: a range where they are three or more without a gap. */
function listOf(hours: readonly number[]): string {
  const sorted = [...hours].sort((a, b) => a - b);
  const [first = 0] = sorted;
  return sorted.length > 2 && sorted.every((each, index) => each === first + index)
    ? `${first}-${first + sorted.length - 1}`
    : sorted.join(",");
}

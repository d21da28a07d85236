import { isGoDuration } from "../objects/duration";
import { CronFields } from "./cron";
import { clockOf, timeZoneProblem } from "./time-zone";

export { timeZoneProblem };

/** What Argo reads in the place of five fields. */
const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** A day long before any schedule is written. */
const SOME_DAY = Date.UTC(2000, 0, 1);

/** A schedule that can be read. */
interface Schedule {
  readonly zone: string;
  /** Undefined for `@every`, which counts from the start of Argo's controller. */
  readonly fields: CronFields | undefined;
}

/** @throws Error whose message says what is wrong */
function read(schedule: string, timezone: string | undefined): Schedule {
  // Argo puts the time zone of the object before the text.
  if (timezone !== undefined && /^\s|\s$/.test(timezone))
    throw new Error("the time zone has a space at an end");
  let text = timezone === undefined || timezone === "" ? schedule : `CRON_TZ=${timezone} ${schedule}`;
  let zone = "UTC";
  const [given, name = ""] = /^(?:CRON_)?TZ=(\S*)/.exec(text) ?? [];
  if (given !== undefined) {
    if (given === text) throw new Error("expected five fields after the time zone");
    // Go's own names for UTC and for the zone of the machine, usually UTC too.
    const problem = name === "" || name === "Local" ? undefined : timeZoneProblem(name);
    if (problem !== undefined) throw new Error(problem);
    zone = name === "" || name === "Local" ? "UTC" : name;
    text = text.slice(given.length).trim();
  }
  if (!text.startsWith("@")) return { zone, fields: new CronFields(text) };
  const [, duration] = /^@every (.*)$/.exec(text) ?? [];
  if (duration !== undefined && isGoDuration(duration)) return { zone, fields: undefined };
  const nickname = NICKNAMES[text];
  if (nickname === undefined) {
    throw new Error(`${text} is none of ${Object.keys(NICKNAMES).join(", ")} and @every 1h30m`);
  }
  return { zone, fields: new CronFields(nickname) };
}

/**
 * Says what is wrong with a schedule of a CronWorkflow.
 *
 * @param timezone Name of the IANA time zone database. @default Argo's own zone, usually UTC
 * @returns a text that continues a sentence, or nothing
 */
export function scheduleProblem(schedule: string, timezone?: string): string | undefined {
  try {
    const { fields } = read(schedule, timezone);
    const fires = fields === undefined || fields.next(SOME_DAY, clockOf("UTC")) !== undefined;
    return fires ? undefined : "there is no such day";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The next times at which Argo starts a run, in order: in an hour that the clocks skip it starts none, and in one that
 * they repeat it starts two.
 *
 * @param schedule A schedule in which {@link scheduleProblem} finds nothing. `@every` counts from the start of
 *   Argo's controller, so its times are not known.
 * @param options.timezone Name of the IANA time zone database. @default UTC
 * @param options.from Only later times count.
 * @param options.count How many times. @default 3
 */
export function nextTimes(
  schedule: string,
  options: { timezone?: string | undefined; from: Date; count?: number },
): Date[] {
  const { timezone, from, count = 3 } = options;
  const { zone, fields } = read(schedule, timezone);
  const clock = clockOf(zone);
  const times: Date[] = [];
  let time: number | undefined = from.getTime();
  while (times.length < count && fields !== undefined) {
    time = fields.next(time, clock);
    if (time === undefined) break;
    times.push(new Date(time));
  }
  return times;
}

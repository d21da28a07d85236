import { CronExpressionParser } from "cron-parser";
import { cron, timeZone } from "../../validation";

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

const EVERY = /^@every (?:(?:\d+(?:\.\d+)?)(?:h|m|s|ms|us|ns))+$/;

/**
 * Says what is wrong with a schedule of a CronWorkflow.
 *
 * @param timezone IANA name. @default Argo's own zone, usually UTC
 */
export function scheduleProblem(schedule: string, timezone?: string): string | undefined {
  const zoneProblem = timezone === undefined || timezone === "" ? undefined : timeZone(timezone);
  if (zoneProblem !== undefined) {
    return zoneProblem;
  }
  const text = schedule.trim();
  if (EVERY.test(text)) {
    return undefined;
  }
  return cron(NICKNAMES[text] ?? text);
}

/**
 * The next times at which a schedule fires, in order.
 *
 * @param schedule A schedule in which {@link scheduleProblem} finds nothing. `@every` counts from the start of
 *   Argo's controller, so it has no times that can be told.
 * @param options.timezone IANA name. @default UTC
 * @param options.from Only later times count.
 * @param options.count How many times. @default 3
 */
export function nextTimes(
  schedule: string,
  options: { timezone?: string | undefined; from: Date; count?: number },
): Date[] {
  const text = schedule.trim();
  if (EVERY.test(text)) {
    return [];
  }
  const { timezone = "UTC", from, count = 3 } = options;
  const times = CronExpressionParser.parse(NICKNAMES[text] ?? text, { tz: timezone, currentDate: from });
  return Array.from({ length: count }, () => times.next().toDate());
}

import type { ZoneClock } from "./time-zone";

interface Bounds {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const FIELDS: readonly [Bounds, Bounds, Bounds, Bounds, Bounds] = [
  { what: "minute", min: 0, max: 59, names: [] },
  { what: "hour", min: 0, max: 23, names: [] },
  { what: "day of the month", min: 1, max: 31, names: [] },
  {
    what: "month",
    min: 1,
    max: 12,
    names: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { what: "day of the week", min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/** What a field allows. */
interface Field {
  readonly values: ReadonlySet<number>;
  /** True if every value counts, for which a star without steps stands. */
  readonly star: boolean;
}

/** A schedule of five fields, read and followed as Argo does it: a translation of robfig/cron 3.0.1. */
export class CronFields {
  private readonly minute: Field;
  private readonly hour: Field;
  private readonly day: Field;
  private readonly month: Field;
  private readonly weekday: Field;

  /** @throws Error whose message says what is wrong */
  constructor(text: string) {
    const texts = text.split(/\s+/).filter((each) => each !== "");
    if (texts.length !== 5) {
      throw new Error(
        `expected five fields (${FIELDS.map(({ what }) => what).join(", ")}), found ${texts.length}`,
      );
    }
    const [minute, hour, day, month, weekday] = FIELDS;
    this.minute = field(texts[0] ?? "", minute);
    this.hour = field(texts[1] ?? "", hour);
    this.day = field(texts[2] ?? "", day);
    this.month = field(texts[3] ?? "", month);
    this.weekday = field(texts[4] ?? "", weekday);
  }

  /**
   * The first time after the given one, in milliseconds. An hour that the clocks skip is skipped, and one that they
   * repeat counts twice.
   *
   * @returns undefined if there is none within five years
   */
  next(after: number, clock: ZoneClock): number | undefined {
    let time = Math.floor(after / SECOND) * SECOND + SECOND;
    const lastYear = clock.wall(time).getUTCFullYear() + 5;
    // Once a field has moved on, those below it start again.
    let moved = false;
    for (;;) {
      let wall = clock.wall(time);
      if (wall.getUTCFullYear() > lastYear) return undefined;
      let wrapped = false;
      while (!this.month.values.has(wall.getUTCMonth() + 1)) {
        if (!moved) {
          moved = true;
          time = clock.time(wall.getUTCFullYear(), wall.getUTCMonth(), 1);
          wall = clock.wall(time);
        }
        time = later(clock, time, 1, 0);
        wall = clock.wall(time);
        if (wall.getUTCMonth() === 0) {
          wrapped = true;
          break;
        }
      }
      while (!wrapped && !this.dayMatches(wall)) {
        if (!moved) {
          moved = true;
          time = clock.time(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate());
          wall = clock.wall(time);
        }
        time = later(clock, time, 0, 1);
        // Where the clocks skip or repeat midnight.
        const hours = clock.wall(time).getUTCHours();
        time += (hours > 12 ? 24 - hours : -hours) * HOUR;
        wall = clock.wall(time);
        wrapped = wall.getUTCDate() === 1;
      }
      while (!wrapped && !this.hour.values.has(wall.getUTCHours())) {
        if (!moved) {
          moved = true;
          time = clock.time(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate(), wall.getUTCHours());
        }
        time += HOUR;
        wall = clock.wall(time);
        wrapped = wall.getUTCHours() === 0;
      }
      while (!wrapped && !this.minute.values.has(wall.getUTCMinutes())) {
        if (!moved) {
          moved = true;
          time = Math.floor(time / MINUTE) * MINUTE;
        }
        time += MINUTE;
        wall = clock.wall(time);
        wrapped = wall.getUTCMinutes() === 0;
      }
      // The seconds are always 0.
      while (!wrapped && wall.getUTCSeconds() !== 0) {
        moved = true;
        time += SECOND;
        wall = clock.wall(time);
        wrapped = wall.getUTCSeconds() === 0;
      }
      if (!wrapped) return time;
    }
  }

  private dayMatches(wall: Date): boolean {
    const day = this.day.values.has(wall.getUTCDate());
    const weekday = this.weekday.values.has(wall.getUTCDay());
    return this.day.star || this.weekday.star ? day && weekday : day || weekday;
  }
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The same wall clock so many months and days later; never the same time, as where a zone has left out a day. */
function later(clock: ZoneClock, time: number, months: number, days: number): number {
  const wall = clock.wall(time);
  const next = clock.time(
    wall.getUTCFullYear(),
    wall.getUTCMonth() + months,
    wall.getUTCDate() + days,
    wall.getUTCHours(),
    wall.getUTCMinutes(),
    wall.getUTCSeconds(),
  );
  return next > time ? next : time + 24 * HOUR;
}

function field(text: string, bounds: Bounds): Field {
  const ranges = text.split(",").filter((each) => each !== "");
  const all = ranges.map((each) => range(each, bounds));
  return {
    values: new Set(all.flatMap(({ values }) => [...values])),
    star: all.some(({ star }) => star),
  };
}

function range(text: string, bounds: Bounds): Field {
  const { what, min, max } = bounds;
  const problem = (reason: string): Error => new Error(`the ${what} ${text}: ${reason}`);
  const [ends = "", steps, ...moreSteps] = text.split("/");
  const [low = "", high, ...moreEnds] = ends.split("-");
  const isStar = low === "*" || low === "?";
  if (moreSteps.length > 0 || (!isStar && moreEnds.length > 0))
    throw problem("expected one range with one step");
  const number = (word: string): number => {
    const named = word === "" ? -1 : bounds.names.indexOf(word.toLowerCase());
    if (named !== -1) return named;
    if (!/^\+?\d+$/.test(word)) throw problem(`expected a number from ${min} to ${max}`);
    return Number(word);
  };
  const step = steps === undefined ? 1 : /^\+?\d+$/.test(steps) ? Number(steps) : 0;
  if (step === 0) throw problem("expected a positive number as step");
  const from = isStar ? min : number(low);
  // A single number with a step goes on to the end.
  const to = isStar ? max : high !== undefined ? number(high) : steps !== undefined ? max : from;
  const sunday = what === "day of the week" && (from === 7 || to === 7) ? ", which counts Sunday as 0" : "";
  if (from < min || to > max || from > max) throw problem(`expected numbers in ${min}-${max}${sunday}`);
  if (from > to) throw problem("the range ends before it begins");
  const values = new Set<number>();
  for (let value = from; value <= to; value += step) values.add(value);
  return { values, star: isStar && step === 1 };
}

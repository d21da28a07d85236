import { zones } from "tzdata/timezone-data.json";

const KNOWN: ReadonlySet<string> = new Set(Object.keys(zones));
const BY_SMALL_LETTERS: ReadonlyMap<string, string> = new Map(
  [...KNOWN].map((name) => [name.toLowerCase(), name]),
);

/**
 * Says why a text is no time zone of Argo's: no name of the IANA database in its own spelling. Names that JavaScript
 * knows besides, such as PST or IST, are none.
 *
 * @returns a text that continues a sentence, or nothing
 */
export function timeZoneProblem(name: string): string | undefined {
  if (KNOWN.has(name)) return undefined;
  const spelt = BY_SMALL_LETTERS.get(name.toLowerCase());
  return spelt === undefined
    ? "expected a name of the IANA time zone database, such as UTC or Europe/Berlin"
    : `the time zone is spelt ${spelt}`;
}

const QUARTER = 15 * 60 * 1000;

const clocks = new Map<string, ZoneClock>();

/** The clock of a zone; one for all who ask, since it is costly to make. */
export function clockOf(name: string): ZoneClock {
  const clock = clocks.get(name) ?? new ZoneClock(name);
  clocks.set(name, clock);
  return clock;
}

/** Wall clock of a time zone. */
export class ZoneClock {
  private readonly format: Intl.DateTimeFormat | undefined;
  /** Offsets change at full quarters of an hour only. */
  private readonly offsets = new Map<number, number>();

  /** @param name A name in which {@link timeZoneProblem} finds nothing. */
  constructor(name: string) {
    // The one zone without a place, which JavaScript lacks, is UTC.
    this.format =
      name === "UTC" || name === "Factory"
        ? undefined
        : new Intl.DateTimeFormat("en-US", {
            timeZone: name,
            hourCycle: "h23",
            year: "numeric",
            month: "numeric",
            day: "numeric",
            hour: "numeric",
            minute: "numeric",
            second: "numeric",
          });
  }

  /** Milliseconds by which the wall clock is ahead of UTC at a time in milliseconds. */
  offset(time: number): number {
    if (this.format === undefined) return 0;
    const quarter = Math.floor(time / QUARTER);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      const parts: Record<string, number> = {};
      for (const { type, value } of this.format.formatToParts(quarter * QUARTER)) parts[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
      offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter * QUARTER;
      this.offsets.set(quarter, offset);
    }
    return offset;
  }

  /** The wall clock at a time, as the UTC fields of a date. */
  wall(time: number): Date {
    return new Date(time + this.offset(time));
  }

  /** The time at which the wall clock shows this; where there is none or two, the one that Go takes. */
  time(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
    const wall = Date.UTC(year, month, day, hour, minute, second);
    const first = this.offset(wall);
    return first === 0 ? wall : wall - this.offset(wall - first);
  }
}

import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cache } from "../paths";

export interface Timing {
  readonly what: string;
  readonly seconds: number;
  /** When it ended, as ISO 8601. */
  readonly at: string;
}

/** What an `up` can amount to; each is timed by itself. The targets are for two cores. */
export const UP_KINDS = {
  cold: { title: "up from nothing", targetMinutes: 45 },
  warm: { title: "up from caches", targetMinutes: 2.5 },
  again: { title: "up again", targetMinutes: undefined },
} as const;

const file = join(cache, "timings.jsonl");

/** Remembers how long something took; `npm run bench` prints the newest of each. */
export function recordTiming(what: string, milliseconds: number): void {
  mkdirSync(cache, { recursive: true });
  const timing: Timing = { what, seconds: Math.round(milliseconds / 100) / 10, at: new Date().toISOString() };
  appendFileSync(file, `${JSON.stringify(timing)}\n`);
}

/** Everything that was remembered, the oldest first. */
export const readTimings = (): Timing[] => (existsSync(file) ? timingsIn(readFileSync(file, "utf8")) : []);

/** The timings of a file's text. A line that is not complete, as after a crash while it was written, is left out. */
export function timingsIn(text: string): Timing[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Timing];
    } catch {
      return [];
    }
  });
}

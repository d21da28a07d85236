import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./paths";

/** How long something took. */
export interface Timing {
  readonly what: string;
  readonly seconds: number;
  /** When it ended, as ISO 8601. */
  readonly at: string;
}

const file = join(cache, "timings.jsonl");

/** Remembers how long something took; `npm run bench` prints the newest of each. */
export function recordTiming(what: string, milliseconds: number): void {
  mkdirSync(cache, { recursive: true });
  const timing: Timing = { what, seconds: Math.round(milliseconds / 100) / 10, at: new Date().toISOString() };
  appendFileSync(file, `${JSON.stringify(timing)}\n`);
}

/** Everything that was remembered, the oldest first. */
export function readTimings(): Timing[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Timing);
}

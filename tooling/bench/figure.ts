import type { Samples } from "./samples";

/** One figure, with what it should be. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be at most. @default no target */
  readonly target?: number;
  /** Whether the target is what it should be at least. @default at most */
  readonly atLeast?: true;
  readonly detail?: string;
}

/** Whether the figure is as it should be, in words; empty where there is no target. */
export function verdictOn({ value, unit, target, atLeast }: Figure): string {
  if (target === undefined) return "";
  const met = atLeast === true ? value >= target : value <= target;
  return `target ${[target, unit].join(" ").trim()}: ${met ? "met" : "MISSED"}`;
}

/** How many of all were as they have to be. */
export function shareOf(what: string, value: number, all: number, detail?: string): Figure {
  const figure: Figure = { what, value, unit: "", target: all, atLeast: true };
  return detail === undefined ? figure : { ...figure, detail };
}

/** Rounded to so many digits after the point. */
export function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** Smallest, middle and largest of the samples, as text. */
export function spread({ min, median, max, runs }: Samples, unit: string, digits = 2): string {
  const figures = [min, median, max].map((value) => value.toFixed(digits)).join(" / ");
  return `${figures} ${unit} (min / median / max of ${runs})`;
}

/** The middle of the samples as a figure, with their spread as its detail. */
export function medianOf(what: string, samples: Samples, unit: string, digits: number): Figure {
  const value = rounded(samples.median, digits);
  return { what, value, unit, detail: spread(samples, unit, digits) };
}

/** Figures of one measurement, in the order in which they were taken. */
export interface Samples {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly runs: number;
}

export function summarise(figures: readonly number[]): Samples {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = Number.isInteger(middle) ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
  return { min: at(0), median, max: at(sorted.length - 1), runs: sorted.length };
}

/** Seconds since a moment that `performance.now()` gave. */
export const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/**
 * Times several things in turns, so that a machine that slows down slows down all of them.
 *
 * @returns seconds of each, by name
 */
export async function timeInTurns<Name extends string>(
  things: Readonly<Record<Name, () => Promise<void>>>,
  runs: number,
): Promise<Record<Name, Samples>> {
  const figures = new Map(Object.keys(things).map((name) => [name, [] as number[]]));
  for (let turn = 0; turn < runs; turn += 1) {
    for (const [name, thing] of Object.entries<() => Promise<void>>(things)) {
      const start = performance.now();
      await thing();
      figures.get(name)?.push(secondsSince(start));
    }
  }
  const samples = [...figures].map(([name, seconds]) => [name, summarise(seconds)]);
  return Object.fromEntries(samples) as Record<Name, Samples>;
}

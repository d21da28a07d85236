import { FAULTY_PART_NAMES, FAULTY_PARTS, type Part, type PartName } from "../faults/parts";

/** A training that a student is to start. */
export interface PlannedSubmission {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly student: string;
}

/** A part that is to be killed. */
export interface PlannedKill {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly part: PartName;
  /** Whose part it is, unless the class shares it. */
  readonly student: string;
}

/** What is done in a soak, by time. */
export interface SoakPlan {
  readonly submissions: readonly PlannedSubmission[];
  readonly kills: readonly PlannedKill[];
}

/** Seconds in which one part is killed: a part has to be back before the next one goes. */
const KILL = 90;

/** The parts that are killed: services of the class and of its students, not the node and not a run's own steps. */
export const SOAK_PARTS: readonly PartName[] = FAULTY_PART_NAMES.filter((name) => {
  const { of, full }: Part = FAULTY_PARTS[name];
  return typeof of === "function" && full !== true;
});

/**
 * Plans when each student trains and when each part is killed. Students train at random moments, each about as often as
 * another. One part is killed at a random moment of each {@link KILL} seconds, each about as often, and at least once.
 *
 * @param random From 0 to below 1.
 * @param trainings Of all students together. @default one a minute, and one for each student
 */
export function planSoak(
  students: readonly string[],
  minutes: number,
  random: () => number,
  trainings = Math.max(students.length, minutes),
): SoakPlan {
  const seconds = minutes * 60;
  const kills = Math.max(SOAK_PARTS.length, Math.floor(seconds / KILL));
  const moments = Array.from({ length: trainings }, () => random() * seconds).sort((a, b) => a - b);
  const owners = inTurns(students, kills, random);
  return {
    submissions: inTurns(students, trainings, random).map((student, index) => ({
      at: moments[index] ?? 0,
      student,
    })),
    kills: inTurns(SOAK_PARTS, kills, random).map((part, index) => ({
      at: ((index + random()) * seconds) / kills,
      part,
      student: owners[index] ?? "",
    })),
  };
}

/** `count` items: all of them in random order, then all of them again in another order. */
function inTurns<T>(all: readonly T[], count: number, random: () => number): T[] {
  const chosen: T[] = [];
  let left: T[] = [];
  while (chosen.length < count && all.length > 0) {
    if (left.length === 0) left = [...all];
    chosen.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return chosen;
}

/** Numbers from 0 to below 1 that follow from a seed: the algorithm mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import { onThisMachine, resultOf } from "../faults/page";
import { FAULTY_PARTS } from "../faults/parts";
import { type Table, withRows } from "../faults/table";
import { type Accounted, ALL_FATES, type SoakKill } from "./accounting";
import { SOAK_PARTS } from "./plan";
import type { SoakResult } from "./soak";

const SOAKS: Table = {
  marks: ["<!-- soak: begin -->", "<!-- soak: end -->"],
  head: ["students", "time", "seed", "trainings", "killed", "staging did not answer", "result", "day"],
};

/** A soak that is over. */
export interface OverSoak {
  readonly result: SoakResult;
  readonly minutes: number;
  readonly seed: number;
}

/**
 * The page with the soak in its table, in place of an earlier soak with as many students and minutes.
 *
 * @param day Such as `2026-11-26`
 * @throws Error if the marks are missing
 */
export function soakPage(page: string, { result, minutes, seed }: OverSoak, day: string): string {
  const { students, kills } = result;
  const trainings = students.flatMap(({ accounted }) => accounted);
  const row = [
    String(students.length),
    `${minutes} min`,
    String(seed),
    `${trainings.length}: ${fatesText(trainings).join(", ")}`,
    killsText(kills),
    `${Math.max(0, ...students.map(({ watched }) => watched.inARow))} s at most`,
    resultOf([{ problems: soakProblems(result) }]),
    day,
  ];
  return withRows(page, SOAKS, [row], undefined, () => `The trainings are a class's; ${onThisMachine()}.`);
}

/** How many have come to what. */
export function fatesText(trainings: readonly Accounted[]): string[] {
  return ALL_FATES.flatMap((fate) => {
    const count = trainings.filter((each) => each.fate === fate).length;
    return count === 0 ? [] : [`${count} ${fate}`];
  });
}

/** What was killed how often, and how soon it was ready again. */
export function killsText(kills: readonly SoakKill[]): string {
  const parts = SOAK_PARTS.flatMap((part) => {
    const count = kills.filter((each) => each.part === part && each.ran).length;
    return count === 0 ? [] : [`${FAULTY_PARTS[part].title} ${count}`];
  });
  const idle = kills.filter(({ ran, problem }) => !ran && problem === undefined).length;
  const seconds = kills.flatMap(({ back }) => back ?? []);
  return [
    ...parts,
    ...(idle === 0 ? [] : [`not running then ${idle}`]),
    ...(seconds.length === 0 ? [] : [`ready again after ${Math.max(...seconds)} s at most`]),
  ].join(", ");
}

/** Everything that was not as it has to be. */
export function soakProblems({ students, kills }: SoakResult): string[] {
  const ofTrainings = students.flatMap(({ student, accounted, staging, next = [] }) => [
    ...accounted.flatMap(({ submission: { number }, problems }) =>
      problems.map((problem) => `${student}, training ${number}: ${problem}`),
    ),
    ...[...staging, ...next].map((problem) => `${student}: ${problem}`),
  ]);
  return [...ofTrainings, ...kills.flatMap(({ problem }) => problem ?? [])];
}

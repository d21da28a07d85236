import { randomBytes, randomInt } from "node:crypto";
import { textTable } from "../../class/view/table";
import { type Figure, shareOf } from "../figure";
import { requireKindCluster } from "../faults/kill";
import { rewritePage } from "../faults/page";
import { ALL_FATES } from "./accounting";
import { fatesText, killsText, soakPage, soakProblems } from "./page";
import { planSoak, seeded } from "./plan";
import { Soak, type SoakResult, type StudentResult } from "./soak";
import { openStudents, type Soaking } from "./students";

/** How long a soak takes, and with whom. */
export interface SoakOptions {
  /** @default 60 */
  readonly minutes?: number | undefined;
  /** Of all students together. @default one a minute, and one for each student */
  readonly trainings?: number | undefined;
  /** @default all of the class */
  readonly students?: number | undefined;
  /** Decides who trains when, and what is killed when. @default a random one, which is told */
  readonly seed?: number | undefined;
  /** Whether the table in the documentation is to have it. */
  readonly write: boolean;
}

const report = (line: string): void => console.error(line);

/**
 * Has the students of a class that is up train at random moments while parts of it are killed, and accounts for each
 * training.
 *
 * @param signal Ends it. What was seen until then is told.
 * @throws NotStarted if the class is not on the kind cluster, or has too few students
 */
export async function soakFigures(options: SoakOptions, signal: AbortSignal): Promise<Figure[]> {
  const { minutes = 60, students: count, seed = randomInt(1, 1_000_000), write } = options;
  requireKindCluster();
  const soaking: Soaking = { id: randomBytes(4).toString("hex"), report, signal };
  const students = await openStudents(count, soaking);
  try {
    const names = students.map(({ name }) => name);
    const plan = planSoak(names, minutes, seeded(seed), options.trainings);
    const { submissions, kills } = plan;
    report(
      `${names.join(", ")}: ${submissions.length} trainings and ${kills.length} kills in ${minutes} minutes, seed ${seed}`,
    );
    const result = await new Soak(students, soaking).carryOut(plan);
    console.log(tableOf(result.students));
    if (write && !signal.aborted) {
      await rewritePage((page, day) => soakPage(page, { result, minutes, seed }, day));
    }
    return figuresOf(result, seed);
  } finally {
    for (const { runs, close } of students) {
      await runs.remove();
      await close();
    }
  }
}

/** A line for each student. */
export function tableOf(students: readonly StudentResult[]): string {
  const rows = students.map(({ student, accounted, watched, staging, next }) => [
    student,
    String(accounted.length),
    ...ALL_FATES.map((fate) => String(accounted.filter((each) => each.fate === fate).length)),
    `${watched.unanswered} of ${watched.asked}`,
    staging.length === 0 ? "as it must be" : staging.join("; "),
    next === undefined ? "none" : next.length === 0 ? "succeeded" : next.join("; "),
  ]);
  return textTable(["student", "trainings", ...ALL_FATES, "unanswered", "staging", "next run"], rows);
}

/** The figures of a soak, beside what they should be. */
export function figuresOf(result: SoakResult, seed: number): Figure[] {
  const { students, kills } = result;
  const trainings = students.flatMap(({ accounted }) => accounted);
  const good = trainings.filter(({ fate }) => fate !== "not accounted for").length;
  const again = students.filter(({ next }) => next !== undefined);
  return [
    shareOf(
      "trainings that are accounted for",
      good,
      trainings.length,
      [`of ${trainings.length}, seed ${seed}`, ...fatesText(trainings), ...soakProblems(result)].join("; "),
    ),
    shareOf(
      "parts that were killed, and were back",
      kills.filter(({ ran, problem }) => ran && problem === undefined).length,
      kills.filter(({ ran, problem }) => ran || problem !== undefined).length,
      killsText(kills),
    ),
    shareOf(
      "students whose staging was as it must be",
      students.filter(({ staging }) => staging.length === 0).length,
      students.length,
    ),
    shareOf(
      "students whose next run succeeded",
      again.filter(({ next }) => next?.length === 0).length,
      again.length,
    ),
  ];
}

import { type Student } from "../../class/roster/roster";

/** How the students that a benchmark makes are called: nobody is. */
const NAME = /^bench-\d\d$/;

/** The first students of a benchmark's class, all small. */
export function benchStudents(count: number): Student[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `bench-${String(index + 1).padStart(2, "0")}`,
    settings: { size: "small" },
  }));
}

/** Whether a benchmark has made the student. */
export const isBenchStudent = (student: string): boolean => NAME.test(student);

/**
 * The class sizes that are measured: 1, 2, 4, 8 and so on, and last what there is room for.
 *
 * @param most How many students there is room for.
 */
export function stagesUpTo(most: number): number[] {
  const stages: number[] = [];
  for (let size = 1; size < most; size *= 2) stages.push(size);
  return most > 0 ? [...stages, most] : [];
}

/** Everything that is tried of a class. */
import { apiTries } from "./api-tries";
import { baseTries } from "./base-tries";
import { networkTries } from "./network-tries";
import { quotaTries } from "./quota-tries";
import { registryTries } from "./registry-tries";
import type { Shared, Student } from "../students/student";
import type { Try } from "./try";

/** What one student tries at another. */
export interface Round {
  readonly own: Student;
  readonly other: Student;
  readonly tries: readonly Try[];
}

/**
 * Each student tries the next one, and the last one the first: so everyone's services are also known to answer.
 *
 * @param attack What a student tries besides, on purpose. @default nothing
 */
export function roundsOf(
  students: readonly Student[],
  shared: Shared,
  attack: (own: Student, other: Student) => readonly Try[] = () => [],
): Round[] {
  return students.flatMap((own, index) => {
    const other = students[(index + 1) % students.length];
    if (other === undefined || other === own) return [];
    const tries = [
      ...networkTries(own, other, shared),
      ...apiTries(own, other),
      ...registryTries(own, other),
      ...quotaTries(own),
      ...(index === 0 ? baseTries(own) : []),
      ...attack(own, other),
    ];
    return [{ own, other, tries }];
  });
}

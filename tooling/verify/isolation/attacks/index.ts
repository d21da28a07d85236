/** What a student tries on purpose: each finding as an attack, beside what has to go on working. */
import type { Shared, Student } from "../students/student";
import type { Try } from "../tries/try";
import { accountAttacks } from "./account-attacks";
import { podAttacks } from "./pod-attacks";
import { runAttacks } from "./run-attacks";
import { stormAttacks } from "./storm-attacks";
import { wayAttacks } from "./way-attacks";

export { startTarget } from "./target";

/** @param run Name of a run of the student's own that is suspended */
export function attacksOf(own: Student, other: Student, shared: Shared, run: string): Try[] {
  return [
    ...runAttacks(own, other, run),
    ...accountAttacks(own, other),
    ...podAttacks(own, other),
    ...wayAttacks(own, other, shared),
    ...stormAttacks(own, other),
  ];
}

/** What a student tries on purpose: each finding as an attack, beside what has to go on working. */
import type { Shared, Student } from "../students/student";
import type { Try } from "../tries/try";
import { accountAttacks } from "./account-attacks";
import { builderAttacks } from "./builder-attacks";
import { etcdAttacks } from "./etcd-attacks";
import { machineAttacks } from "./machine-attacks";
import { podAttacks } from "./pod-attacks";
import { runAttacks } from "./run-attacks";
import { stormAttacks } from "./storm-attacks";
import { tokenAttacks } from "./token-attacks";
import { wayAttacks } from "./way-attacks";

export { startTarget } from "./target";

/**
 * @param run Name of a run of the student's own that is suspended
 * @param isHost Whether this machine has the cluster's nodes in containers
 */
export function attacksOf(
  own: Student,
  other: Student,
  shared: Shared,
  { run, isHost }: { readonly run: string; readonly isHost: boolean },
): Try[] {
  return [
    ...runAttacks(own, other, run),
    ...accountAttacks(own, other),
    ...podAttacks(own, other),
    ...wayAttacks(own, other, shared),
    ...(isHost ? machineAttacks(other) : []),
    ...builderAttacks(own, other),
    ...tokenAttacks(own),
    ...stormAttacks(own, other),
    // After those that change the run, which it leaves as large as it may be.
    ...etcdAttacks(own, run),
  ];
}

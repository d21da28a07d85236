import { doubtful, note, type Remark } from "../finding";
import type { WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import type { Spot } from "../objects/spot";

/** Nothing is used that Argo 4 has removed: some of it works in 3.7, and some is not read there either. */
export function* removed(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  if (object.kind === "CronWorkflow") {
    yield* deprecated(object.root.in("spec", "schedule"), "schedule", "write it as a list: schedules");
  }
  yield* unread(object.spec.at("podPriority"), "podPriority", "name a class: podPriorityClassName");
  yield* locks(object.spec);
  for (const { spot } of set.templatesOf(object)) {
    yield* unread(spot.at("priority"), "priority of a template", "name a class: priorityClassName");
    yield* locks(spot);
  }
}

function* locks(holder: Spot): Generator<Remark> {
  const synchronization = holder.at("synchronization");
  yield* deprecated(synchronization.at("mutex"), "mutex", "write it as a list: mutexes");
  yield* deprecated(synchronization.at("semaphore"), "semaphore", "write it as a list: semaphores");
}

function* deprecated(spot: Spot, what: string, remedy: string): Generator<Remark> {
  if (spot.exists) yield note("removed", spot, `Argo 3.7 still reads ${what}, and Argo 4 does not`, remedy);
}

function* unread(spot: Spot, what: string, remedy: string): Generator<Remark> {
  if (spot.exists) yield doubtful("removed", spot, `Argo does not read ${what} any more`, remedy);
}

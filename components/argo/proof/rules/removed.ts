import { type Remark, wrong } from "../finding";
import type { WorkflowObject } from "../objects";
import type { ProofSet } from "../proof-set";
import type { Spot } from "../spot";

/** Nothing is used that Argo 4 has removed, or that 3.7 has already. */
export function* removed(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  if (object.kind === "CronWorkflow") {
    yield* gone(object.root.in("spec", "schedule"), "schedule", "write it as a list: schedules");
  }
  yield* gone(object.spec.at("podPriority"), "podPriority", "name a class: podPriorityClassName");
  yield* locks(object.spec);
  for (const { spot } of set.templatesOf(object)) {
    yield* gone(spot.at("priority"), "priority of a template", "name a class: priorityClassName");
    yield* locks(spot);
  }
}

function* locks(holder: Spot): Generator<Remark> {
  const synchronization = holder.at("synchronization");
  yield* gone(synchronization.at("mutex"), "mutex", "write it as a list: mutexes");
  yield* gone(synchronization.at("semaphore"), "semaphore", "write it as a list: semaphores");
}

function* gone(spot: Spot, what: string, remedy: string): Generator<Remark> {
  if (spot.exists) {
    yield wrong("removed", spot, `Argo 4 has removed ${what}`, remedy);
  }
}

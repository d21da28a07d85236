import { childrenOf } from "../../live/workflows/family";
import { isOver, nameOf, type Workflow } from "../../live/workflows/workflow";
import { until } from "../../support/until";
import type { LabParts } from "../suite/lab-parts";
import type { Waiting } from "../suite/waiting";
import { VERIFY_LABEL } from "../pods/verify-label";

/** How often something is tried while other runs get in between: a schedule fires once, a busy student more often. */
const ATTEMPTS = 3;

/** What is looked at to know who else is at work. */
type Surroundings = Pick<LabParts, "argo" | "id">;

/** Waits until no run is under way: one that loses what is about to be stopped would fail, and nobody would know why. */
async function untilNothingRuns({ argo }: Surroundings, { progress, signal }: Waiting): Promise<Workflow[]> {
  const allOver = async (): Promise<Workflow[] | undefined> => {
    const all = await argo.workflows();
    const busy = all.filter((run) => !isOver(run));
    if (busy.length === 0) return all;
    progress(`waiting for the end of ${busy.map(nameOf).join(", ")}`);
    return undefined;
  };
  return until(allOver, { pauseMilliseconds: 2000, signal });
}

/**
 * Does something while no one else's run is under way, and does it again if one began meanwhile: a schedule that fires,
 * or a student who trains, changes the same registry and the same staging, so that neither a good nor a bad result
 * would say anything.
 *
 * @throws what `action` throws while it was alone; Error if it was never alone
 */
export async function undisturbed<T>(
  lab: Surroundings,
  waiting: Waiting,
  action: () => Promise<T>,
): Promise<T> {
  let seen = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const known = new Set((await untilNothingRuns(lab, waiting)).map(({ metadata }) => metadata.uid));
    const [result] = await Promise.allSettled([action()]);
    waiting.signal.throwIfAborted();
    const now = await lab.argo.workflows();
    const strangers = strangersIn(now, lab.id).filter(({ metadata }) => !known.has(metadata.uid));
    if (strangers.length === 0) {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    }
    seen = strangers.map(nameOf).join(", ");
    waiting.progress(`${seen} ran meanwhile, so what was seen may be its doing: once more`);
  }
  throw new Error(
    `other runs came in between ${ATTEMPTS} times, the last time ${seen}: verify when no one trains`,
  );
}

/** The runs that the verification has not started, itself or by way of another run. */
function strangersIn(all: readonly Workflow[], id: string): Workflow[] {
  const own = all.filter(({ metadata }) => metadata.labels?.[VERIFY_LABEL] === id);
  const mine = new Set([...own, ...own.flatMap((run) => childrenOf(run, all))]);
  return all.filter((run) => !mine.has(run));
}

import { setTimeout as delay } from "node:timers/promises";
import { isOver, nameOf } from "../lab/workflows/workflow";
import type { CheckContext } from "./check";

/** Waits until no run is under way: one that loses what is about to be stopped would fail, and nobody would know why. */
export async function untilNothingRuns({ lab, progress, signal }: CheckContext): Promise<void> {
  for (;;) {
    const busy = (await lab.argo.workflows()).filter((run) => !isOver(run));
    if (busy.length === 0) return;
    progress(`waiting for the end of ${busy.map(nameOf).join(", ")}`);
    await delay(2000, undefined, { signal });
  }
}

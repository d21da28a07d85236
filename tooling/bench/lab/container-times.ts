/** A stretch of time, in seconds since any one moment. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** When the pod of a step was created, and when the step's own container ran. */
export interface StepTimes extends Span {
  readonly name: string;
  readonly created: number;
}

/** Where the time of a step goes, in seconds. */
export interface StepCosts {
  readonly name: string;
  /** From the end of the step before, or from the submission, until this one's pod was created. */
  readonly handover: number;
  /** From then until its own container ran: scheduling, volumes, images, Argo's init container. */
  readonly startUp: number;
  /** In its own container. */
  readonly own: number;
}

/** Seconds that at least one of the spans covers: what runs side by side counts once. */
export function covered(spans: readonly Span[]): number {
  let reached = Number.NEGATIVE_INFINITY;
  let total = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    total += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return total;
}

/**
 * Divides the time of each step into what came before its container and the container's own.
 *
 * @param steps Of one run and its children.
 * @param submitted When the run was submitted.
 * @returns in the order in which the steps began
 */
export function costsOf(steps: readonly StepTimes[], submitted: number): StepCosts[] {
  return [...steps]
    .sort((a, b) => a.created - b.created || a.start - b.start)
    .map(({ name, created, start, end }) => {
      const before = steps.map((step) => step.end).filter((ended) => ended <= created);
      const handover = created - Math.max(submitted, ...before);
      return { name, handover, startUp: start - created, own: end - start };
    });
}

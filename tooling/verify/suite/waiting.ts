/** How a check waits. */
export interface Waiting {
  /** Shows what is being waited for; forgotten afterwards. */
  readonly progress: (line: string) => void;
  /** Ends the waiting: the check's time is over, or the user interrupted. */
  readonly signal: AbortSignal;
}

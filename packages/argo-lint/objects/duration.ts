const PARTS = String.raw`(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+`;

/** As Go reads it. */
const GO = new RegExp(`^[-+]?(?:0|${PARTS})$`);

/** As Argo reads it; a number without a unit counts seconds. */
const DURATION = new RegExp(String.raw`^(?:[-+]?\d+|[-+]?${PARTS}|)$`);

/** Whether Argo reads the text as a duration in the fields where a number counts seconds. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/** Whether Go reads the text as a duration: with a unit for each number. */
export function isGoDuration(text: string): boolean {
  return GO.test(text);
}

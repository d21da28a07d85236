/** As Argo reads it; a number without a unit counts seconds. */
const DURATION = /^(?:[-+]?\d+|[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|)$/;

/** Whether Argo reads the text as a duration. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

import type { RenderContext, Reference } from "./references";

/** Decides, when a step is due, whether it runs. */
export interface Condition {
  /** The expression in the language of Argo's `when`. */
  render(context: RenderContext): string;
}

/**
 * True if the value is not empty.
 *
 * The reference stands in quotes: Argo pastes the value into the expression before it parses it, and without them an
 * empty value leaves half an expression, which ends the workflow with an error instead of skipping the step.
 */
export function isNotEmpty(value: Reference): Condition {
  return { render: (context) => `'${context.text(value)}' != ''` };
}

/**
 * True if the value is another than this text.
 *
 * @param text What it is compared with. Without quotes and backslashes, which Argo's language would read its own way.
 * @throws Error if the text has one.
 */
export function isNot(value: Reference, text: string): Condition {
  if (/['"\\]/.test(text)) {
    throw new Error(`a condition cannot compare with ${text}: it has a quote or a backslash`);
  }
  return { render: (context) => `'${context.text(value)}' != '${context.text(text)}'` };
}

import { FILLED_IN_LATER, withoutTags } from "../expressions/tags";

const WORD = `[A-Za-z0-9${FILLED_IN_LATER}](?:[-A-Za-z0-9_.${FILLED_IN_LATER}]*[A-Za-z0-9${FILLED_IN_LATER}])?`;
const KEY = `${WORD}(?:/${WORD})?`;
const REQUIREMENT = new RegExp(
  `^(?:!\\s*${KEY}|${KEY}(?:\\s*(?:==|=|!=)\\s*(?:${WORD})?|\\s*[<>]\\s*[\\d${FILLED_IN_LATER}]+` +
    `|\\s+(?:in|notin)\\s*\\(\\s*(?:${WORD})?(?:\\s*,\\s*(?:${WORD})?)*\\s*\\))?)$`,
);

/**
 * Reads a condition on an object of the cluster: a label selector over its fields.
 *
 * @returns what is wrong with it, or nothing
 */
export function selectorProblem(text: string): string | undefined {
  const source = withoutTags(text).trim();
  // Commas inside of brackets separate values, the others requirements.
  const bad = source
    .split(/,(?![^()]*\))/)
    .map((each) => each.trim())
    .find((each) => !REQUIREMENT.test(each));
  return bad === undefined
    ? undefined
    : `"${bad.replaceAll(FILLED_IN_LATER, "…")}" is not a requirement on a field`;
}

/** What the tutorial says of a command that the comparison of lines does not tell. */
import type { Example } from "./shown";

/**
 * Exit codes that a page tells of.
 *
 * @default 0
 */
const CODES: Readonly<Record<string, readonly number[]>> = {
  // Chance decides whether the model passes its test.
  "npm run train -- --follow train-model-push-1a2b3c4d": [0, 3],
  "npm run train -- --follow train-model-data-3d7152e5": [0, 3],
  "npm run lint:workflows -- wrong.yaml": [1],
};

/** The commands whose exit code is not 0 alone. */
export const otherCodes = Object.keys(CODES);

export function expectedCodes(command: string): readonly number[] {
  return CODES[command] ?? [0];
}

/** What each run has its own of. What stood in the place of one is put into what follows. */
export const EXAMPLES: readonly Example[] = [
  { text: "train-model-push-1a2b3c4d", pattern: "train-model-push-[0-9a-f]{8}" },
  { text: "5d41402abc4b2a76b9719d911017c592ae0f3c21", pattern: "[0-9a-f]{40}" },
];

/** What has digits, or looks like the name of a run, and is the same on each lab that the tutorial is run on. */
export const STABLE: readonly RegExp[] = [
  /https?:\/\/localhost:\d{5}/,
  /GourmetGramFood11Model/,
  /sha256:…/,
  // Schedules, as the page has set them.
  /"?(?:0 2 \* \* \*|30 6 \* \* 1)"?/,
  // The linter's counts.
  /^1 workflows checked: (?:0 errors, )?…$/,
  // A hash of the data that the page names.
  /train-model-data-3d7152e5/,
];

/** Names that a student chooses. Each verification takes its own, as there can be no two runs of a name. */
export const OWN_NAMES: readonly string[] = ["my-training", "my-second-training"];

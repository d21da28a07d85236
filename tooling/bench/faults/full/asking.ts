import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { checkout, launcher } from "../../../machine/paths";

/** The commands that people give when something is wrong. */
const QUESTIONS = ["doctor", "status"] as const;
/** Seconds until they are given: what cannot write has ended by then, or soon will. */
const BEFORE = 15;
/** Seconds that an answer may take. */
const PATIENCE = 150;

/** A line that says that the disk is full, and one with the remedy below it. */
const NAMED = /\bdisk\b.*\bfull\b.*\n\s*remedy: \S/;

/**
 * Asks what people would ask while the node's disk is full.
 *
 * @returns what is wrong with the answers
 */
export async function askWhatIsWrong(signal: AbortSignal): Promise<string[]> {
  await delay(BEFORE * 1000, undefined, { signal });
  const asked = QUESTIONS.map(async (command) => {
    const { all, timedOut } = await execa(process.execPath, [launcher, command], {
      cwd: checkout,
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: PATIENCE * 1000,
      cancelSignal: signal,
    });
    return silence(command, all, timedOut);
  });
  return (await Promise.all(asked)).flat();
}

/** What is wrong with a command's answer to the question what is wrong. */
export function silence(command: string, printed: string, timedOut: boolean): string[] {
  if (timedOut) return [`${command} did not end within ${PATIENCE} s`];
  if (NAMED.test(printed)) return [];
  const end = printed.trim().split("\n").slice(-3).join(" ");
  return [`${command} does not say that the disk is full, with a remedy: ${end}`];
}

import { createInterface } from "node:readline/promises";
import { NotStarted } from "./errors";
import { interruption } from "./interruption";
import { isJson } from "./output";

/**
 * Asks on the terminal before something is deleted.
 *
 * @param question What would be deleted, as a question.
 * @param yes Whether the command line has answered already.
 * @throws NotStarted if the answer is not yes, or there is no terminal to ask on
 */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!process.stdin.isTTY || isJson()) {
    throw new NotStarted(
      `${question} There is no terminal to ask on.\n  remedy: run it with --yes if that is what you want`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} Type yes: `, { signal: interruption });
    if (answer.trim() !== "yes") throw new NotStarted("not confirmed: nothing was changed");
  } finally {
    terminal.close();
  }
}

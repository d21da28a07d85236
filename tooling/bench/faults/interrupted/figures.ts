import { randomInt } from "node:crypto";
import { messageOf, NotStarted } from "../../../support/errors";
import { withTemporaryFolder } from "../../../support/interruption";
import type { Figure } from "../../figure";
import { commandsPage, rewritePage } from "../page";
import type { Interrupted } from "../parts";
import { type Killing, KILLINGS } from "./killing";
import { Rounds } from "./rounds";

/** What is killed how often, and whether the table in the documentation is to have it. */
export interface InterruptedOptions {
  readonly command: Interrupted;
  readonly runs: number;
  readonly write: boolean;
}

const report = (line: string): void => console.error(line);

/**
 * Kills a command of the lab at random moments, and gives the same command again, which has to end well: in turns the
 * command alone, with its engine, the engine alone, and by SIGTERM.
 *
 * @param signal Ends it after the round that is under way.
 * @throws NotStarted where this machine does not show its processes
 */
export async function interruptedFigures(
  { command, runs, write }: InterruptedOptions,
  signal: AbortSignal,
): Promise<Figure[]> {
  if (process.platform !== "linux")
    throw new NotStarted("a command's engine is found by /proc\n  remedy: run it on Linux");
  return withTemporaryFolder("bench", async (folder) => {
    const rounds = new Rounds(command, folder, report);
    const killings: Killing[] = [];
    try {
      const usual = await rounds.usualSeconds();
      report(`${command} takes ${usual} s`);
      for (let turn = 0; turn < runs && !signal.aborted; turn += 1) {
        const killed = KILLINGS[turn % KILLINGS.length] ?? KILLINGS[0];
        const killing = await rounds.carryOut(killed, randomInt(1, usual * 1000));
        report(`${turn + 1} of ${runs}: ${command}: ${textOf(killing)}`);
        if (killing === undefined) continue;
        killings.push(killing);
        if (write) await rewritePage((page, day) => commandsPage(page, killings, day));
      }
    } finally {
      // An error of the rounds is the one to be told.
      await rounds.kind.end().catch((error: unknown) => report(`not all is put back: ${messageOf(error)}`));
    }
    return figuresOf(command, killings);
  });
}

function textOf(killing: Killing | undefined): string {
  if (killing === undefined) return "it had ended before, and nothing was killed";
  const { killed, after, problems } = killing;
  const result = problems.length === 0 ? "as it must be" : `NOT as it must be: ${problems.join("; ")}`;
  return `${killed}, killed after ${after.toFixed(1)} s: ${result}`;
}

function figuresOf(command: Interrupted, killings: readonly Killing[]): Figure[] {
  const problems = killings.flatMap((killing) => killing.problems);
  return [
    {
      what: `${command}, killed, that ended well when given again`,
      value: killings.filter((killing) => killing.problems.length === 0).length,
      unit: "",
      target: killings.length,
      atLeast: true,
      detail: [`of ${killings.length}, at random moments`, ...problems].join("; "),
    },
  ];
}

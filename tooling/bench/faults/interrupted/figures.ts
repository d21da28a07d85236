import { randomInt } from "node:crypto";
import { messageOf, NotStarted } from "../../../support/errors";
import { withTemporaryFolder } from "../../../support/interruption";
import { type Figure, shareOf } from "../../figure";
import { commandsPage, rewritePage } from "../page";
import { secondsSince } from "../../samples";
import type { Interrupted } from "../parts";
import { type Killed, type Killing, KILLINGS } from "./killing";
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
    let before: string | undefined;
    const note = async (killing: Killing): Promise<void> => {
      killings.push(killing);
      if (write) await rewritePage((page, day) => commandsPage((before ??= page), killings, day));
    };
    let problem: string | undefined;
    try {
      const usual = await rounds.usualSeconds();
      report(`${command} takes ${usual} s`);
      const killed = (turn: number): Killed => KILLINGS[turn % KILLINGS.length] ?? KILLINGS[0];
      let latest = usual * 1000;
      const carryOut = async (turn: number): Promise<Killing | undefined> => {
        const killing = await rounds.carryOut(killed(turn), randomInt(1, latest));
        // It takes less than it did at first.
        if (killing === undefined) latest = Math.max(1000, Math.round(latest * 0.8));
        return killing;
      };
      await killAll(runs, { carryOut, note, report: (line) => report(`${command}: ${line}`), signal });
    } catch (error) {
      problem = messageOf(error);
      report(`ended early: ${problem}`);
    } finally {
      await rounds.kind.end().catch((error: unknown) => report(`not all is put back: ${messageOf(error)}`));
    }
    return figuresOf(command, killings, { runs, problem });
  });
}

/** What is done for the rounds. */
export interface Killings {
  /** @param turn How many were killed before. @returns undefined if the command had ended before it was killed */
  readonly carryOut: (turn: number) => Promise<Killing | undefined>;
  /** Takes what came of one. */
  readonly note: (killing: Killing) => Promise<void>;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Carries out the rounds. One in which the command had ended before it was killed does not count.
 *
 * @throws Error if as many rounds came to nothing
 */
export async function killAll(runs: number, { carryOut, note, report, signal }: Killings): Promise<void> {
  let missed = 0;
  for (let turn = 0; turn < runs && !signal.aborted;) {
    const begin = performance.now();
    const killing = await carryOut(turn);
    report(`${turn + 1} of ${runs}: ${textOf(killing)} (${Math.round(secondsSince(begin))} s)`);
    if (killing !== undefined) {
      turn += 1;
      await note(killing);
    } else if ((missed += 1) >= runs)
      throw new Error(`in ${missed} rounds the command ended before it was killed`);
  }
}

function textOf(killing: Killing | undefined): string {
  if (killing === undefined) return "it had ended before, and nothing was killed";
  const { killed, after, problems } = killing;
  const result = problems.length === 0 ? "as it must be" : `NOT as it must be: ${problems.join("; ")}`;
  return `${killed}, killed after ${after.toFixed(1)} s: ${result}`;
}

/** How many of the planned rounds went well, and why there were fewer. */
function figuresOf(
  command: Interrupted,
  killings: readonly Killing[],
  { runs, problem }: { readonly runs: number; readonly problem: string | undefined },
): Figure[] {
  const problems = [
    ...killings.flatMap((killing) => killing.problems),
    ...(problem === undefined ? [] : [`ended early: ${problem}`]),
  ];
  return [
    shareOf(
      `${command}, killed, that ended well when given again`,
      killings.filter((killing) => killing.problems.length === 0).length,
      runs,
      [`of ${killings.length}, at random moments`, ...problems].join("; "),
    ),
  ];
}

import { setTimeout as delay } from "node:timers/promises";
import { engineProgram } from "../../../engine/engine";
import { pidsBelow, programOf } from "../../processes";
import type { Interrupted } from "../parts";

/** What is killed, by SIGKILL unless it says otherwise. The engine leads a group of its own, so it goes on without the command. */
export const KILLINGS = [
  "the command",
  "the command and its engine",
  "the engine",
  "the command, by SIGTERM",
] as const;
export type Killed = (typeof KILLINGS)[number];

/** What came of a command that was killed. */
export interface Killing {
  readonly command: Interrupted;
  readonly killed: Killed;
  /** Seconds after its start. */
  readonly after: number;
  /** What is not as it has to be; none if all is. */
  readonly problems: readonly string[];
}

/**
 * What came of a round.
 *
 * @returns undefined if nothing was killed
 * @throws Error if something is wrong though nothing was killed: it is nothing that a kill has done
 */
export function cameOf(killing: Killing, happened: boolean): Killing | undefined {
  if (happened) return killing;
  const { problems } = killing;
  if (problems.length > 0) throw new Error(`nothing was killed, and ${problems.join("; ")}`);
  return undefined;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly hasEnded: () => boolean;
}

/**
 * Kills something of a command that runs. Where its engine is to be killed and there is none just then, it is waited for.
 *
 * @param program The engine. @default the lab's
 * @returns false if the command had ended before, or before it had an engine
 */
export async function strike(
  { pid, hasEnded }: Running,
  killed: Killed,
  program = engineProgram,
): Promise<boolean> {
  const wantsEngine = killed === "the command and its engine" || killed === "the engine";
  // Looked for before the command ends: afterwards it is below nobody.
  const engines = (): number[] => pidsBelow(pid).filter((each) => programOf(each) === program);
  let own: readonly number[] = [];
  while (wantsEngine && !hasEnded() && (own = engines()).length === 0) await delay(50);
  if (hasEnded()) return false;
  const victims = killed === "the engine" ? own : [pid, ...own];
  for (const victim of victims) end(victim, killed === "the command, by SIGTERM" ? "SIGTERM" : "SIGKILL");
  return true;
}

function end(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

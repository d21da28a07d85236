import { setMaxListeners } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

/** What ends a command from outside. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type EndSignal = (typeof SIGNALS)[number];

/** Milliseconds that a command has to end by itself when nothing of it must be waited for. */
const TIME_TO_END = 1500;

/** A signal has ended the command. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(readonly signal: EndSignal) {
    super(`interrupted by ${signal}`);
  }

  /** As shells have it: 128 and the signal's number. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

const controller = new AbortController();
const unheard = new AbortController();
let unfinished = 0;
let endsAsMeant = false;

/** Aborted by the first signal that ends the command; the reason is an {@link Interrupted}. */
export const interruption: AbortSignal = controller.signal;
/** Aborted by the same signal unless the terminal has sent it to all that run in this process's group, its children too. */
export const unheardByChildren: AbortSignal = unheard.signal;
// Each of many things at the same time may wait for them.
setMaxListeners(0, interruption, unheardByChildren);

/** The signal that has ended the command before its own end, if one has. */
export const interrupted = (): Interrupted | undefined =>
  interruption.aborted && !endsAsMeant ? (interruption.reason as Interrupted) : undefined;

/** Says that the command continues until a signal, which then ends it as it is meant to: with exit code 0. */
export function endBySignal(): void {
  endsAsMeant = true;
}

/**
 * Takes the signals for this process, once. The first aborts {@link interruption}; the same signal again does nothing, as
 * npm passes on what a terminal has sent to all already.
 */
export function listenForSignals(): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (interruption.aborted) return;
      controller.abort(new Interrupted(signal));
      if (signal !== "SIGINT" || !isInForeground()) unheard.abort(interruption.reason);
      endSoon();
    });
  }
}

/** Whether this process's group is the one that the keys of its terminal are for. */
function isInForeground(): boolean {
  const file = "/proc/self/stat";
  if (!existsSync(file)) return process.stdin.isTTY;
  // After the program's name in brackets: state, parent, group, session, terminal, the terminal's group.
  const [, , group, , , foreground] = readFileSync(file, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return group === foreground;
}

/** Ends the process if it does not by itself, unless something has to be finished first. */
function endSoon(): void {
  setTimeout(() => {
    if (unfinished === 0) process.exit(interrupted()?.exitCode);
  }, TIME_TO_END).unref();
}

/** Does what has to come to its own end after a signal too: an engine that stops, something that is put back. */
export async function finishing<T>(work: () => Promise<T>): Promise<T> {
  unfinished += 1;
  try {
    return await work();
  } finally {
    unfinished -= 1;
    if (interruption.aborted) endSoon();
  }
}

/** Works with a folder for this process alone, which is gone afterwards however the process ends. */
export async function withTemporaryFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `gourmetgram-${name}-`));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(folder);
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
}

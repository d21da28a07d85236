import { type Command, CommanderError } from "commander";
import { messageOf, NotStarted, problemOf } from "../support/errors";
import { interrupted, listenForSignals } from "../support/interruption";
import { printEnvelope, reserveStandardOutput } from "../support/output";

/** Milliseconds that a process may go on after its command: a request that hangs would keep it alive. */
const TIME_TO_END = 2000;

/** Commands that hand their options on, `--json` among them. */
const HAND_ON: readonly string[] = ["pulumi", "kubectl", "argo", "preview"];

/**
 * Runs a command line: prints the error or the JSON document, and sets the exit code.
 *
 * @param args Without the program's own name.
 */
export async function runCommandLine(program: Command, args: readonly string[]): Promise<void> {
  listenForSignals();
  const error: unknown = await attempt(program, args);
  const code = exitCodeOf(error);
  const signal = interrupted();
  const shown = signal ?? error;
  // Commander has printed its own.
  if (shown !== undefined && !(shown instanceof CommanderError)) console.error(textOf(shown));
  printEnvelope(code, shown === undefined ? undefined : problemOf(messageOf(shown).replace(/^error: /, "")));
  process.exitCode = code;
  setTimeout(() => process.exit(), TIME_TO_END).unref();
}

/** @returns what was thrown, if anything was */
async function attempt(program: Command, args: readonly string[]): Promise<unknown> {
  if (args.includes("--json") && !HAND_ON.includes(args[0] ?? "")) reserveStandardOutput();
  // Node ends, with exit code 0, when only limits of time are left: those of AbortSignal.timeout hold nothing up, and a
  // request whose connection is closed at once may leave nothing else.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await program.parseAsync(args, { from: "user" });
    return undefined;
  } catch (error) {
    // Help that was asked for.
    return error instanceof CommanderError && error.exitCode === 0
      ? undefined
      : (error ?? "an error without words");
  } finally {
    clearInterval(alive);
  }
}

/** 0 done, 1 failed, 2 not started, 128 and its number for a signal; a command may have set another one. */
function exitCodeOf(error: unknown): number {
  const set = process.exitCode;
  const signal = interrupted();
  if (signal !== undefined) return signal.exitCode;
  if (error instanceof CommanderError || error instanceof NotStarted) return 2;
  if (error !== undefined) return 1;
  return typeof set === "number" ? set : 0;
}

function textOf(error: unknown): string {
  const message = `error: ${messageOf(error)}`;
  return isMistake(error) ? `${message}\n${error.stack ?? ""}` : message;
}

/** Whether an error is a mistake in this program. `fetch` throws a TypeError with a cause where nothing answers. */
const isMistake = (error: unknown): error is Error =>
  (error instanceof TypeError && error.cause === undefined) ||
  error instanceof ReferenceError ||
  error instanceof RangeError;

import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa, type Options } from "execa";
import { finishing, interruption } from "../support/interruption";
import { logs } from "./paths";

/** Takes one line of progress. */
export type Report = (line: string) => void;

export interface RunOptions {
  /** Where the command's whole output goes: `<logs>/<log>.log`. */
  log: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Given each line of output; shown beside the running step. */
  report?: Report;
  input?: string;
  /** Whether no signal for this process ends the command: for what must not be left half done. @default false */
  apart?: boolean;
}

/** A command that failed. The message carries the last lines of what it printed. */
export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly exitCode: number | undefined,
    readonly lastLines: string[],
    readonly logFile: string,
  ) {
    super(
      `${command} ended with status ${exitCode ?? "unknown"}\n${lastLines.map((line) => `    ${line}`).join("\n")}\n` +
        `    whole output: ${logFile}`,
    );
    this.name = "CommandError";
  }
}

/**
 * Runs a command to its end, appends its output to a log and returns standard output.
 *
 * @throws CommandError if it fails; Interrupted after a signal for this process, which ends the command too unless it is apart
 */
export const run = (command: string, args: string[], options: RunOptions): Promise<string> =>
  finishing(() => runToEnd(command, args, options));

async function runToEnd(command: string, args: string[], options: RunOptions): Promise<string> {
  const { log, report, input, apart = false, ...place } = options;
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `${log}.log`);
  const sink = createWriteStream(logFile, { flags: "a" });
  // On a full disk there is no log, which is no reason to leave the work half done.
  sink.on("error", () => undefined);
  sink.write(`$ ${command} ${args.join(" ")}\n`);
  const recent: string[] = [];
  const settings = {
    reject: false,
    all: true,
    // The keys of a terminal are for all that is in this process's group.
    ...(apart ? { detached: true } : { cancelSignal: interruption }),
    ...place,
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
  } satisfies Options;
  const child = execa(command, args, settings);
  try {
    for await (const line of child.iterable({ from: "all" })) {
      const text = String(line);
      sink.write(`${text}\n`);
      if (text.trim() === "") continue;
      recent.push(text);
      if (recent.length > 15) recent.shift();
      report?.(text);
    }
    const result = await child;
    if (!apart) interruption.throwIfAborted();
    if (result.failed) {
      const reason = result.exitCode === undefined ? [String(result.shortMessage)] : [];
      throw new CommandError(
        `${command} ${args.slice(0, 4).join(" ")}`,
        result.exitCode,
        [...recent, ...reason],
        logFile,
      );
    }
    return String(result.stdout);
  } finally {
    sink.end();
  }
}

/** Whether a command exists and ends with status 0. Prints nothing. */
export const succeeds = async (...question: Parameters<typeof ask>): Promise<boolean> =>
  (await ask(...question)) !== undefined;

/** Standard output of a command that is only asked, never changes anything; undefined if it fails. */
export async function ask(
  command: string,
  args: string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const result = await execa(command, args, { reject: false, env, stdin: "ignore" });
  return result.failed ? undefined : result.stdout;
}

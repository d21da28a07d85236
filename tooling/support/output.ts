import type { Problem } from "./errors";

/** What a command prints with `--json`: one document, and nothing else. */
export interface Envelope {
  /** Whether the exit code is 0. */
  readonly ok: boolean;
  readonly exitCode: number;
  /** What the command has found or done; each command has its own. */
  readonly data?: unknown;
  /** Why it could not, or not wholly. */
  readonly error?: Problem;
}

let write: typeof process.stdout.write | undefined;
let data: unknown;

/** Whether the command prints one JSON document. */
export const isJson = (): boolean => write !== undefined;

/** Keeps standard output for the one document: whatever else is printed goes to standard error. */
export function reserveStandardOutput(): void {
  if (write !== undefined) return;
  write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
}

/** Where the standard output of a program goes that prints as this process does. */
export const standardOutput = (): "inherit" | 2 => (isJson() ? 2 : "inherit");

/** Gives what the command has found; printed at the end, in the envelope. */
export function tellData(found: unknown): void {
  data = found;
}

/** Prints the document, if there is to be one. */
export function printEnvelope(exitCode: number, error: Problem | undefined): void {
  const envelope: Envelope = {
    ok: exitCode === 0,
    exitCode,
    ...(data === undefined ? {} : { data }),
    ...(error === undefined ? {} : { error }),
  };
  write?.(`${JSON.stringify(envelope, null, 2)}\n`);
}

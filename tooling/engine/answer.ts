/** The answer to a question to the engine: that something is not there, and that nobody could look, are not the same. */
export type Answer<T> =
  { readonly kind: "found"; readonly value: T } | { readonly kind: "none" } | Unreadable;

/** Nobody could look. */
export interface Unreadable {
  readonly kind: "failed";
  readonly reason: string;
  readonly remedy: string;
}

/** How a command of Pulumi has ended. */
export interface Ended {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Pulumi's exit codes, from `cmd/exit_codes.go` of 3.259. */
const STACK_NOT_FOUND = 6;
const NOT_SIGNED_IN = 3;

/** What Pulumi has answered, by its exit code. */
export function answerOf({ exitCode, stdout, stderr }: Ended): Answer<string> {
  if (exitCode === 0) return { kind: "found", value: stdout };
  if (exitCode === STACK_NOT_FOUND) return { kind: "none" };
  const reason = reasonIn(stderr) || `pulumi ended with status ${exitCode ?? "unknown"}`;
  return { kind: "failed", reason, remedy: remedyFor(exitCode, reason) };
}

/** The lines that begin with `error:`, else the last ones. */
function reasonIn(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => line.startsWith("error:"));
  const telling = errors.length > 0 ? errors : lines.filter((line) => line !== "").slice(-3);
  return [...new Set(telling.map((line) => line.replace(/^error:\s*/, "")))].join("; ");
}

function remedyFor(exitCode: number | undefined, reason: string): string {
  if (/passphrase/.test(reason)) {
    return "set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to the passphrase that the stack was made with";
  }
  if (exitCode === NOT_SIGNED_IN) return "pulumi login";
  return "npm run pulumi -- stack ls shows whether the backend answers";
}

/**
 * What was found; undefined where there is nothing.
 *
 * @param what Completes "… cannot be read".
 * @throws Error with the reason and a remedy if nobody could look
 */
export function foundIn<T>(answer: Answer<T>, what: string): T | undefined {
  if (answer.kind === "failed") {
    throw new Error(`${what} cannot be read: ${answer.reason}\n  remedy: ${answer.remedy}`);
  }
  return answer.kind === "found" ? answer.value : undefined;
}

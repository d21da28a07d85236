import { CommandError, ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import { LockedStack, StackFailure } from "./stack-runner";

/**
 * The error of a Pulumi command as the class tells it.
 *
 * @param reason What the engine gave as its reason. @default what the command printed
 * @param log Where all that it printed is.
 */
export function failureOf(error: unknown, stack: string, log: string, reason?: string): unknown {
  if (error instanceof ConcurrentUpdateError) return new LockedStack(stack);
  return error instanceof CommandError ? new StackFailure(reason ?? reasonIn(error), log) : error;
}

/** What Pulumi said when it ended without an event: its lines that begin with `error:`. */
function reasonIn({ message }: CommandError): string {
  const lines = message.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => line.startsWith("error:"));
  return [...new Set(errors.length > 0 ? errors : lines)].slice(0, 8).join("\n");
}

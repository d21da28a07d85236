/** What a command finds that was killed, with the engine or without it: locks that nobody holds, and half of a change. */
import type { KubeConfig } from "@kubernetes/client-node";
import { setTimeout as delay } from "node:timers/promises";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freeDeadLocks } from "./locks";
import { pendingIn, settleUnnoted } from "./pending";

/** A stack that a command is about to change. */
export interface InterruptedStack {
  readonly name: string;
  /** The folder with the locks of the project's stacks. @default the backend keeps them to itself */
  readonly locks?: string | undefined;
  /** The stack's state as `pulumi stack export` prints it; undefined where there is no stack. */
  readonly read: () => Promise<string | undefined>;
  /** Takes such a state in, without the operations that have not ended. */
  readonly write: (state: string) => Promise<void>;
  readonly cluster: () => Promise<KubeConfig>;
  /** Is told what is waited for. */
  readonly report: (text: string) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * Has a stack ready for the next change after a command on it was killed. An engine whose command is gone goes on by
 * itself, so it is waited for. Where nothing was killed, nothing is changed.
 */
export async function recover(stack: InterruptedStack): Promise<void> {
  const { name, locks, report, signal } = stack;
  if (locks !== undefined) {
    for (let told = false; ; told = true) {
      const [holder] = await freeDeadLocks(locks, name);
      if (holder === undefined) break;
      if (!told) {
        report(
          `waiting for process ${holder.pid}, which has worked on the stack ${name} since ` +
            `${holder.since.toLocaleString()}; kill ${holder.pid} ends it`,
        );
      }
      await delay(1000, undefined, { signal });
    }
  }
  if (locks !== undefined && !mayBeCutOff(locks, name)) return;
  const text = await stack.read();
  if (text === undefined) return;
  const pending = pendingIn(text);
  if (pending.length === 0) return;
  report(`the last change of the stack ${name} was cut off, in the middle of ${pending.length} operations`);
  await settleUnnoted(pending, await stack.cluster());
  await stack.write(text);
}

/**
 * Whether a backend in a folder may have a change of the stack that was cut off: to ask the engine for a state takes a
 * second, and a class has hundreds. True where the file with the state is elsewhere, or packed.
 */
function mayBeCutOff(locks: string, name: string): boolean {
  const file = join(locks, "..", "..", "..", "stacks", "gourmetgram", `${name}.json`);
  return !existsSync(file) || /"pending_operations":\s*\[\s*\{/.test(readFileSync(file, "utf8"));
}

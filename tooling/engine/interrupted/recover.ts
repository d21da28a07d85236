/** What a command finds of one that was killed or has failed: locks that nobody holds, and half of a change. */
import type { KubeConfig } from "@kubernetes/client-node";
import { setTimeout as delay } from "node:timers/promises";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freeDeadLocks } from "./locks";
import { withoutDeleted } from "./deleted";
import { pendingIn } from "./deployment";
import { settleUnnoted } from "./unnoted";

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
 * Has a stack ready for the next change after a command on it was killed or has failed. An engine whose command is gone
 * goes on by itself, so it is waited for. Where the last change ended well, nothing is changed.
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
  if (locks !== undefined) {
    removeTornMetadata(backendOf(locks), name);
    if (!mayBeUnnoted(backendOf(locks), name)) return;
  }
  const text = await stack.read();
  if (text === undefined) return;
  const pending = pendingIn(text);
  if (pending > 0) {
    report(`the last change of the stack ${name} was cut off, in the middle of ${pending} operations`);
  }
  const settled = await withoutDeleted(text, stack.cluster, stack);
  await settleUnnoted(settled, stack.cluster);
  if (pending > 0) await stack.write(settled);
}

/** The folder `.pulumi` that has these locks. */
const backendOf = (locks: string): string => join(locks, "..", "..", "..");

/**
 * Removes the files of type and encoding that an engine was killed in: with one of them, Pulumi reads nothing of the stack
 * (`failed to load checkpoint: EOF`), and nothing needs them. The lab's own state has had none since 0.4.0.
 */
function removeTornMetadata(backend: string, name: string): void {
  const state = join(backend, "stacks", "gourmetgram", `${name}.json`);
  for (const file of [state, `${state}.bak`, join(backend, "meta.yaml")].map((each) => `${each}.attrs`)) {
    try {
      if (existsSync(file)) JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      rmSync(file, { force: true });
    }
  }
}

/**
 * Whether the last change of the stack, by a backend in a folder, was cut off or failed: to ask the engine takes a second,
 * and a class has hundreds of stacks. True where the backend's files are elsewhere, or packed.
 */
function mayBeUnnoted(backend: string, name: string): boolean {
  const state = join(backend, "stacks", "gourmetgram", `${name}.json`);
  if (!existsSync(state) || /"pending_operations":\s*\[\s*\{/.test(readFileSync(state, "utf8"))) return true;
  const history = join(backend, "history", "gourmetgram", name);
  if (!existsSync(history)) return false;
  // Their names have the time in nanoseconds.
  const last = readdirSync(history)
    .filter((file) => file.endsWith(".history.json"))
    .sort()
    .at(-1);
  return last !== undefined && /"result":\s*"failed"/.test(readFileSync(join(history, last), "utf8"));
}

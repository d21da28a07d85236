const controller = new AbortController();

/** Aborted as soon as the engine cancels what is under way or wants the plugin to end. */
export const cancellation: AbortSignal = controller.signal;

/** Ends what is under way. */
export function cancel(): void {
  controller.abort();
}

/** How often to look whether the engine still lives, in milliseconds. */
const parentCheckInterval = 2_000;

/**
 * Makes the plugin end with the engine, by its signals or, should the engine have died without a word, by itself.
 * Commands that still run are ended first, and what is registered for the `exit` event is removed.
 */
export function endWithEngine(): void {
  const end = () => {
    cancel();
    process.exit(1);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  // An engine that died while this process started is not its parent any more, but reads no output either.
  process.stdout.once("error", end);
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) {
      end();
    }
  }, parentCheckInterval).unref();
}

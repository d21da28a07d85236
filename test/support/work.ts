/** Kinds of work that the tests end by signals, each by its name: started by {@link TestLab.work}. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { runCommandLine } from "../../tooling/cli/run";
import { withLock } from "../../tooling/machine/lock";
import { run } from "../../tooling/machine/run";
import { messageOf } from "../../tooling/support/errors";
import {
  endBySignal,
  finishing,
  interrupted,
  interruption,
  listenForSignals,
  withTemporaryFolder,
} from "../../tooling/support/interruption";

const kinds: Record<string, () => Promise<void>> = {
  /** Puts something back, which takes two seconds. */
  "puts back": async () => {
    listenForSignals();
    await finishing(async () => {
      console.log("stopped");
      await delay(2500);
    });
    console.log("put back");
    process.exitCode = interrupted()?.exitCode;
  },

  "all well until a signal": () => commandUntilSignal(() => undefined),

  "meant to end by a signal": () => commandUntilSignal(endBySignal),

  "runs a program": async () => {
    listenForSignals();
    const script = "echo $$; exec sleep 60";
    await run("sh", ["-c", script], { log: "test", report: (line) => console.log(line) }).catch(
      (error: unknown) => console.log(messageOf(error)),
    );
  },

  /** The program is not to be left half done, and the whole group is told to end. */
  "runs a program apart": async () => {
    listenForSignals();
    const script = "echo begun; sleep 2.5; echo done";
    await run("sh", ["-c", script], { log: "test", apart: true, report: (line) => console.log(line) });
  },

  "does not end": async () => {
    listenForSignals();
    setInterval(() => undefined, 1000);
    await withTemporaryFolder("test", () => {
      console.log("waits");
      return new Promise(() => undefined);
    });
  },

  /** Has the lock, which may be taken again inside of the work, until its standard input ends. */
  up: () =>
    withLock(() =>
      withLock(async () => {
        console.log("has it");
        await once(process.stdin.resume(), "end");
      }),
    ),
};

/** A command that sets its exit code when a signal ends it. */
function commandUntilSignal(begin: () => void): Promise<void> {
  const command = new Command("test").action(async () => {
    begin();
    console.log("runs");
    const alive = setInterval(() => undefined, 1000);
    await once(interruption, "abort");
    clearInterval(alive);
    process.exitCode = 0;
  });
  return runCommandLine(command, []);
}

void kinds[process.argv[2] ?? ""]?.();

import { constants } from "node:os";
import { execa } from "execa";
import { finishing, interrupted, interruption } from "./interruption";
import { standardOutput } from "./output";

export interface HandOverOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether only errors are shown. @default false */
  readonly quiet?: boolean;
  /**
   * Whether signals reach the program through this process alone, and not from the terminal or the group too: Pulumi's
   * engine gives up what it does at the second one. @default false, for programs that use the terminal
   */
  readonly apart?: boolean;
}

/**
 * Gives the terminal to a program, and waits for its end. A signal for this process is passed on to it once.
 *
 * @returns its exit code, 128 and the signal's number where a signal has ended it
 * @throws Interrupted after a signal for this process; Error if the program cannot be run
 */
export async function handOver(
  program: string,
  args: readonly string[],
  { quiet = false, apart = false, ...place }: HandOverOptions = {},
): Promise<number> {
  return finishing(async () => {
    const child = execa(program, args, {
      ...place,
      stdio: quiet ? ["ignore", "ignore", "inherit"] : ["inherit", standardOutput(), "inherit"],
      reject: false,
      detached: apart,
    });
    const passOn = (): void => {
      const signal = interrupted()?.signal;
      // Nothing but the terminal's end is told by SIGHUP, and programs end at once for it.
      child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    };
    const kill = (): void => void child.kill();
    interruption.addEventListener("abort", passOn, { once: true });
    process.once("exit", kill);
    try {
      const { exitCode, signal, code, shortMessage } = await child;
      interruption.throwIfAborted();
      if (code === "ENOENT") throw new Error(`${program} is not on the PATH\n  remedy: install it`);
      if (signal !== undefined) return 128 + constants.signals[signal];
      if (exitCode === undefined) throw new Error(shortMessage);
      return exitCode;
    } finally {
      interruption.removeEventListener("abort", passOn);
      process.removeListener("exit", kill);
    }
  });
}

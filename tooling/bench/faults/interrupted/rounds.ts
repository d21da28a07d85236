import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkout, launcher } from "../../../machine/paths";
import { messageOf } from "../../../support/errors";
import type { Interrupted } from "../parts";
import { cameOf, type Killed, type Killing, strike } from "./killing";
import { type Kind, kindOf } from "./kinds";
import { doubles, objectsOf } from "./objects";

/** Seconds that a command may take at most. */
const PATIENCE = 1200;

/** Gives a command again and again, and kills it. */
export class Rounds {
  readonly kind: Kind;
  private count = 0;
  private objects: ReadonlyMap<string, number> = new Map();

  /** @param folder For what the commands print. */
  constructor(
    private readonly command: Interrupted,
    private readonly folder: string,
    private readonly report: (line: string) => void,
  ) {
    this.kind = kindOf(command, (...args) => this.must(args), folder);
  }

  /** How long the command takes that is not killed, in seconds. Notes what is there after it. */
  async usualSeconds(): Promise<number> {
    await this.kind.begin();
    await this.kind.before();
    const begin = performance.now();
    await this.must(this.kind.args);
    const seconds = Math.max(2, Math.round((performance.now() - begin) / 1000));
    for (const args of this.kind.after) await this.must(args);
    this.objects = await objectsOf(this.kind.stacks);
    return seconds;
  }

  /**
   * One round.
   *
   * @returns undefined if there was nothing to be killed any more
   * @throws Error if something was wrong all the same
   */
  async carryOut(killed: Killed, milliseconds: number): Promise<Killing | undefined> {
    await this.kind.before();
    const begin = performance.now();
    const started = this.start(this.kind.args);
    const { child, ended } = started;
    const { pid } = child;
    if (pid === undefined) throw new Error(`${this.command} could not be started`);
    await Promise.race([delay(milliseconds), ended]);
    const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
    const happened = await strike({ pid, hasEnded }, killed);
    const after = (performance.now() - begin) / 1000;
    await ended;
    const problems = happened ? [] : problemsOf(this.kind.args, started);
    const again = happened ? [this.kind.args] : [];
    for (const args of [...again, ...this.kind.after]) problems.push(...(await this.tried(args)));
    problems.push(
      ...(await objectsOf(this.kind.stacks).then(
        (now) => doubles(this.objects, now),
        (error: unknown) => [messageOf(error)],
      )),
    );
    return cameOf({ command: this.command, killed, after, problems }, happened);
  }

  private async must(args: readonly string[]): Promise<void> {
    const problems = await this.tried(args);
    if (problems.length > 0) throw new Error(problems.join("; "));
  }

  /** Carries a command out. @returns what went wrong */
  private async tried(args: readonly string[]): Promise<string[]> {
    this.report(`  ${args.join(" ")}`);
    const started = this.start(args);
    await started.ended;
    return problemsOf(args, started);
  }

  private start(args: readonly string[]): Started {
    const file = join(this.folder, `${(this.count += 1)}.log`);
    // A file: a pipe would stay open, and be waited for, as long as an engine goes on that was started with it.
    const output = openSync(file, "w");
    const child = spawn(process.execPath, [launcher, ...args], {
      cwd: checkout,
      stdio: ["ignore", output, output],
      timeout: PATIENCE * 1000,
      // The keys of a terminal are for the bench, which ends after a round.
      detached: true,
    });
    closeSync(output);
    const printed = (): string[] => readFileSync(file, "utf8").trim().split("\n");
    return { child, ended: once(child, "exit"), printed };
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  /** The lines that it has printed. */
  readonly printed: () => string[];
}

/** What went wrong with a command that has ended by itself. */
function problemsOf(
  args: readonly string[],
  { child: { exitCode, signalCode }, printed }: Started,
): string[] {
  if (exitCode === 0) return [];
  return [`${args.join(" ")} ended with ${exitCode ?? signalCode ?? ""}: ${printed().slice(-5).join(" ")}`];
}

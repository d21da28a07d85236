import { randomInt } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { INSTANCE_LABEL } from "../../../components/kubernetes";
import { askKubectl } from "../../cluster/kind";
import { stackName } from "../../engine/stack/stack-settings";
import { checkout } from "../../machine/paths";
import type { Figure } from "../figure";
import type { Interrupted } from "./parts";

/** What came of a command that was killed. */
export interface Killing {
  readonly command: Interrupted;
  /** Seconds after its start. */
  readonly after: number;
  /** Whether its engine was killed with it, and not left to go on alone. */
  readonly engine: boolean;
  /** What is not as it has to be; none if all is. */
  readonly problems: readonly string[];
}

/** A setting that changes most workloads, with two values that each lab can have. */
const SETTING = "gourmetgram:size";
const SIZES = ["small", "medium"] as const;
/** Kinds that `up` creates, for people's eyes and without those that controllers make. */
const KINDS =
  "namespaces,deployments,statefulsets,services,persistentvolumeclaims,secrets,configmaps,serviceaccounts,roles,rolebindings";

/** Seconds that a command may take at most. */
const PATIENCE = 1200;

/**
 * Kills a command of the lab with SIGKILL at random moments, and gives the same command again, which has to end well. Every
 * second time its engine is killed with it.
 *
 * @param runs How many times.
 * @param signal Ends it after the round that is under way.
 */
export async function interruptedFigures(
  { command, runs }: { command: Interrupted; runs: number },
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Figure[]> {
  const rounds = new Rounds(report);
  const killings: Killing[] = [];
  const usual = await rounds.usualSeconds(command);
  report(`${command} takes ${usual} s`);
  for (let turn = 1; turn <= runs && !signal.aborted; turn += 1) {
    const killing = await rounds.killed(command, randomInt(1, usual * 1000), turn % 2 === 0);
    const { after, engine, problems } = killing;
    killings.push(killing);
    report(
      `${turn} of ${runs}: ${command} ${engine ? "and its engine " : ""}killed after ${after.toFixed(1)} s: ` +
        (problems.length === 0 ? "ended well the second time" : problems.join("; ")),
    );
  }
  if (command === "up") await rounds.reset();
  const well = killings.filter(({ problems }) => problems.length === 0).length;
  return [
    {
      what: `${command}, killed, that ended well when given again`,
      value: well,
      unit: "",
      target: killings.length,
      atLeast: true,
      detail: `of ${killings.length}, at random moments of ${usual} s; ${killings.flatMap(({ problems }) => problems).join("; ")}`,
    },
  ];
}

class Rounds {
  private turn = 0;
  private objects: ReadonlyMap<string, number> | undefined;

  constructor(private readonly report: (line: string) => void) {}

  /** How long the command takes that is not killed. For `up` the setting is another one then, and the lab is there for `down`. */
  async usualSeconds(command: Interrupted): Promise<number> {
    if (command === "up") await this.change();
    const begin = performance.now();
    await this.must(...ARGUMENTS[command]);
    const seconds = Math.max(2, Math.round((performance.now() - begin) / 1000));
    if (command === "down") await this.must("up");
    this.objects = await objectsOfStack();
    return seconds;
  }

  /** One round. */
  async killed(command: Interrupted, milliseconds: number, engine: boolean): Promise<Killing> {
    if (command === "up") await this.change();
    const begin = performance.now();
    const child = execa(process.execPath, [PROGRAM, ...ARGUMENTS[command]], {
      ...OPTIONS,
      reject: false,
      // A group of its own, to be killed as a whole.
      detached: true,
    });
    await Promise.race([delay(milliseconds), child]);
    const after = (performance.now() - begin) / 1000;
    if (child.pid !== undefined && child.exitCode === null) {
      process.kill(engine ? -child.pid : child.pid, "SIGKILL");
    }
    await child;
    const problems = [
      ...(await this.tried(...ARGUMENTS[command])),
      ...(command === "down" ? [...(await this.tried("audit")), ...(await this.tried("up"))] : []),
      ...(await this.tried("up", "--expect-no-changes")),
      ...doubles(this.objects ?? new Map<string, number>(), await objectsOfStack()),
    ];
    return { command, after, engine, problems };
  }

  /** Takes the setting out of the stack again. */
  async reset(): Promise<void> {
    await this.must("pulumi", "config", "rm", SETTING);
    await this.must("up");
  }

  private async change(): Promise<void> {
    this.turn += 1;
    await this.must("pulumi", "config", "set", SETTING, SIZES[this.turn % SIZES.length] ?? SIZES[0]);
  }

  private async must(...args: string[]): Promise<void> {
    const problems = await this.tried(...args);
    if (problems.length > 0) throw new Error(problems.join("; "));
  }

  /** Carries a command out. @returns what went wrong */
  private async tried(...args: string[]): Promise<string[]> {
    this.report(`  ${args.join(" ")}`);
    const { failed, exitCode, all } = await execa(process.execPath, [PROGRAM, ...args], {
      ...OPTIONS,
      reject: false,
      all: true,
      timeout: PATIENCE * 1000,
    });
    if (!failed) return [];
    const last = all.trim().split("\n").slice(-5).join(" ");
    return [`${args.join(" ")} ended with ${exitCode ?? "no exit code"}: ${last}`];
  }
}

const PROGRAM = join(checkout, "tooling", "gourmetgram.mjs");
const OPTIONS = { cwd: checkout, stdin: "ignore" } as const;
const ARGUMENTS: Readonly<Record<Interrupted, readonly string[]>> = { up: ["up"], down: ["down", "--yes"] };

/** How many objects of the stack have a name, without what Pulumi has made up at its end. */
async function objectsOfStack(): Promise<ReadonlyMap<string, number>> {
  const path = '{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
  const selector = `${INSTANCE_LABEL}=${stackName}`;
  const printed = await askKubectl(["get", KINDS, "-A", "-l", selector, "-o", `jsonpath=${path}`]);
  const names = (printed ?? "").split("\n").filter((line) => line !== "");
  const found = new Map<string, number>();
  for (const name of names.map((each) => each.replace(/-[0-9a-f]{8}$/, "")))
    found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

/** What is there more often than before, a line each. */
export function doubles(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...after].flatMap(([name, count]) => {
    const usual = before.get(name) ?? 0;
    return count > usual ? [`${name} is there ${count} times, not ${usual}`] : [];
  });
}

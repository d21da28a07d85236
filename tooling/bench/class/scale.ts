import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkout } from "../../machine/paths";
import { pulumiEnvironment } from "../../engine/stack/stack";
import { namespacesOf } from "../../class/cluster/student-cluster";
import { type ClassContext, baseOf, stackOf, studentsWithStack } from "../../class/class-context";
import { downClass } from "../../class/actions/down-class";
import { openClass } from "../../class/actions/open-class";
import { prepareAll } from "../../class/actions/preparation";
import type { Student } from "../../class/roster/roster";
import { allDone, type Outcome } from "../../class/runner/outcome";
import { DEFAULT_PARALLEL } from "../../class/runner/parallel";
import { type ClassTask, runClass } from "../../class/runner/run-class";
import { upClass, upTask } from "../../class/actions/up-class";
import { labMemory } from "../lab/memory";
import { memoryBelow } from "../processes";
import { preview } from "../lab/preview";
import { type Samples, secondsSince, summarise, timeInTurns } from "../samples";
import { benchStudents, isBenchStudent, stagesUpTo } from "./roster";
import { roomForStudents } from "./room";

/** What was seen when the class had so many students. Times in seconds, memory in MiB. */
export interface ClassStage {
  readonly students: number;
  /** Time to bring up those that were added, for each of them: the whole time by their number. */
  readonly create: number;
  /** Time to bring up one of those that were added, its neighbours at work beside it. */
  readonly createOne: Samples;
  /** Time to change a setting of one student. */
  readonly update: number;
  /** Time of one student's unchanged preview, alone. */
  readonly preview: Samples;
  /** Time to take those away again that were added, for each of them. */
  readonly destroy: number;
  /** The most that an engine with its plugins and its program took, for each stack that was worked on. */
  readonly engineMemory: number;
  /** Everything that the embedded lab takes, control plane included. */
  readonly labMemory: number;
  /** The pods of the students, for each of them. */
  readonly studentMemory: number;
  /** Processor cores that were busy while nobody did anything. */
  readonly idleCores: number;
}

/** How a class behaves as it grows. */
export interface ClassScale {
  readonly stages: readonly ClassStage[];
  readonly parallel: number;
  /** Unchanged previews of a whole class of so many, side by side. */
  readonly classPreview: { readonly students: number; readonly seconds: number };
  /** One `pulumi preview` of one student's stack, started by itself. */
  readonly pulumiPreview: Samples;
}

/** Previews in {@link ClassScale.classPreview}. */
const PREVIEWS = 30;
/** How long services are left alone before their share of the machine is measured, and how long that takes, in seconds. */
const SETTLE = 20;
const IDLE = 20;

/**
 * Brings up a class of small students step by step until the cluster has no more room, then takes it away again.
 *
 * @param report where progress goes
 * @throws Error if the class has other students already, or one of a benchmark's does not come up
 */
export async function measureClass(report: (line: string) => void, signal: AbortSignal): Promise<ClassScale> {
  await prepareAll();
  const bench = new ClassBench(report, signal);
  const baseWasUp = await bench.begin();
  try {
    return await bench.measure();
  } finally {
    await bench.end({ keepBase: baseWasUp });
  }
}

type Grown = Omit<ClassStage, "destroy">;

class ClassBench {
  private readonly parallel = DEFAULT_PARALLEL;
  private students: Student[] = [];

  constructor(
    private readonly report: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns whether the base was up before */
  async begin(): Promise<boolean> {
    const context = await this.open([]);
    const stacks = await context.runner.stacks();
    const others = studentsWithStack(context, stacks);
    const foreign = others.filter((each) => !isBenchStudent(each));
    if (foreign.length > 0) {
      throw new Error(
        `the class ${context.name} has students already: ${foreign.join(", ")}\n` +
          "  remedy: npm run class -- down --roster FILE, or another class by GOURMETGRAM_STACK",
      );
    }
    if (others.length > 0) {
      this.report(`taking away what an earlier benchmark has left: ${others.join(", ")}`);
      this.require(await downClass({ ...context, selected: others, only: true }));
    }
    const wasUp = stacks.includes(baseOf(context));
    this.report(wasUp ? "the base is there" : "bringing the base up");
    this.require(await upClass(context));
    return wasUp;
  }

  async measure(): Promise<ClassScale> {
    const most = await roomForStudents(await this.open([]));
    if (most === 0) throw new Error("the cluster has no room for a student");
    this.report(`there is room for ${most} small students`);
    const grown: Grown[] = [];
    for (const size of stagesUpTo(most)) grown.push(await this.grow(size));
    const classPreview = await this.previewAll();
    const pulumiPreview = await this.pulumiPreview();
    const stages: ClassStage[] = [];
    for (const [index, stage] of [...grown.entries()].reverse()) {
      const destroy = await this.shrink(grown[index - 1]?.students ?? 0);
      stages.unshift({ ...stage, destroy });
    }
    return { stages, parallel: this.parallel, classPreview, pulumiPreview };
  }

  /** Leaves what was there before. */
  async end({ keepBase }: { keepBase: boolean }): Promise<void> {
    // What was interrupted is taken away all the same.
    const context = { ...(await this.open([])), signal: new AbortController().signal };
    const left = studentsWithStack(context, await context.runner.stacks()).filter(isBenchStudent);
    this.require(await downClass({ ...context, selected: left, only: keepBase }));
  }

  private async grow(size: number): Promise<Grown> {
    const before = this.students.length;
    this.students = [...this.students, ...benchStudents(size).slice(before)];
    const added = this.students.slice(before).map(({ id }) => id);
    const context = await this.open(added);
    let engines = 0;
    const watch = setInterval(() => (engines = Math.max(engines, memoryBelow(process.pid))), 1000);
    const start = performance.now();
    const outcomes = await runClass(
      added.map((id) => upTask(context, id, stackOf(context, id))),
      context,
    ).finally(() => clearInterval(watch));
    const create = secondsSince(start) / added.length;
    this.require(outcomes);

    await delay(SETTLE * 1000, undefined, { signal: this.signal });
    const idleCores = await busyCores(IDLE);
    const memory = await labMemory();
    const namespaces = this.students.flatMap(({ id }) => namespacesOf(id));
    const pods = memory?.pods(({ metadata }) => namespaces.includes(metadata.namespace)) ?? Number.NaN;
    const preview = await this.previewOne(context, added.at(-1) ?? "");
    const update = await this.updateLast();
    const stage = {
      students: size,
      create,
      createOne: summarise(outcomes.map(({ seconds }) => seconds)),
      update,
      preview,
      engineMemory: engines / Math.min(this.parallel, added.length),
      labMemory: memory?.lab ?? Number.NaN,
      studentMemory: pods / size,
      idleCores,
    };
    this.report(`${size} up: ${JSON.stringify(stage)}`);
    return stage;
  }

  private async previewOne(context: ClassContext, student: string): Promise<Samples> {
    return timed(async () => {
      const watch = { step: () => undefined, signal: this.signal };
      const { changes } = await context.runner.preview(stackOf(context, student), watch);
      expectUnchanged(student, changes);
    });
  }

  /** Gives the last student another setting, and back: the second time is what is measured. */
  private async updateLast(): Promise<number> {
    const last = this.students.at(-1);
    if (last === undefined) throw new Error("there is no student");
    let seconds = Number.NaN;
    for (const settings of [{ ...last.settings, trainingDeadlineSeconds: "1801" }, last.settings]) {
      this.students = [...this.students.slice(0, -1), { ...last, settings }];
      const context = await this.open([last.id]);
      const start = performance.now();
      this.require(await runClass([upTask(context, last.id, stackOf(context, last.id))], context));
      seconds = secondsSince(start);
    }
    return seconds;
  }

  /** As many previews as a class of thirty has, each of one of the students that are there. */
  private async previewAll(): Promise<ClassScale["classPreview"]> {
    const context = await this.open([]);
    const tasks = Array.from({ length: PREVIEWS }, (_, index): ClassTask => {
      const student = this.students[index % this.students.length]?.id ?? "";
      return {
        student,
        run: async (step) => {
          const found = await context.runner.preview(stackOf(context, student), {
            step,
            signal: this.signal,
          });
          expectUnchanged(student, found.changes);
          return "";
        },
      };
    });
    const start = performance.now();
    this.require(await runClass(tasks, context));
    return { students: PREVIEWS, seconds: secondsSince(start) };
  }

  private async pulumiPreview(): Promise<Samples> {
    const context = await this.open([]);
    const stack = stackOf(context, this.students[0]?.id ?? "");
    const env = {
      ...(await pulumiEnvironment()),
      PULUMI_STACK: stack,
      PULUMI_OPTION_CONFIG_FILE: context.files.last(stack),
    };
    // With the policies to which the class's own preview holds a stack.
    return timed(preview(checkout, env, stack, "--policy-pack", join(checkout, "policy")));
  }

  /** @returns seconds for each student that was taken away */
  private async shrink(size: number): Promise<number> {
    const gone = this.students.slice(size).map(({ id }) => id);
    const context = await this.open(gone);
    const start = performance.now();
    this.require(await downClass(context));
    const seconds = secondsSince(start) / gone.length;
    this.students = this.students.slice(0, size);
    this.report(`${gone.join(", ")} gone: ${Math.round(seconds)} s each`);
    return seconds;
  }

  private open(selected: readonly string[]): Promise<ClassContext> {
    const { students, parallel, signal } = this;
    return openClass({ students, selected, only: true, parallel, silent: true, signal });
  }

  /** @throws Error with the reasons unless all went well */
  private require(outcomes: readonly Outcome[]): void {
    if (allDone(outcomes)) return;
    const wrong = outcomes.filter(({ result }) => result !== "done");
    throw new Error(
      wrong.map(({ student, result, detail }) => `${student}, ${result}: ${detail}`).join("\n"),
    );
  }
}

/** Does something three times. */
const timed = async (thing: () => Promise<void>): Promise<Samples> => (await timeInTurns({ thing }, 3)).thing;

function expectUnchanged(student: string, changes: Readonly<Record<string, number>>): void {
  const changed = Object.entries(changes).filter(([kind, count]) => kind !== "same" && count > 0);
  if (changed.length > 0) {
    throw new Error(`${student} is not as it was brought up: ${JSON.stringify(Object.fromEntries(changed))}`);
  }
}

/** How many cores were busy, on average over the seconds that follow. */
async function busyCores(seconds: number): Promise<number> {
  const sum = (): { idle: number; all: number } =>
    cpus().reduce(
      ({ idle, all }, { times }) => ({
        idle: idle + times.idle,
        all: all + Object.values(times).reduce((total, each) => total + each, 0),
      }),
      { idle: 0, all: 0 },
    );
  const before = sum();
  await delay(seconds * 1000);
  const after = sum();
  const all = after.all - before.all;
  return (cpus().length * (all - (after.idle - before.idle))) / all;
}

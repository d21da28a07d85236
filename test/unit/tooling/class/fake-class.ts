import { join } from "node:path";
import { parse } from "yaml";
import type { Footprint } from "../../../../tooling/class/capacity/capacity";
import type { ClassContext } from "../../../../tooling/class/class-context";
import { ClassFiles } from "../../../../tooling/class/runner/class-files";
import { silentClassDisplay } from "../../../../tooling/class/view/class-display";
import type { StackObject } from "../../../../tooling/live/objects/stack-remains";
import type { Leftovers } from "../../../../tooling/support/leftovers";
import type { Student } from "../../../../tooling/class/roster/roster";
import type { Changes, Outputs, StackRunner } from "../../../../tooling/class/runner/stack-runner";
import { temporaryFolder } from "../../../support/temporary-folder";

/** Stacks that exist in memory only, and what was asked of them in order. */
export class FakeRunner implements StackRunner {
  readonly calls: string[] = [];
  readonly existing = new Map<string, Outputs>();
  /** What a command on a stack ends with instead of success: `up dev-bob`. */
  readonly failures = new Map<string, Error>();
  /** The most that were worked on at the same time. */
  most = 0;
  /** What each stack has that can be revoked. */
  accesses = 1;
  /** Whether the data of each stack stays, as the last `up` had it. */
  readonly keeps = new Map<string, boolean>();
  private working = 0;

  /** @param textOf Text of a stack's file. */
  constructor(private readonly textOf: (stack: string) => string) {}

  stacks(): Promise<string[]> {
    return Promise.resolve([...this.existing.keys()]);
  }

  async up(stack: string): Promise<Changes> {
    await this.work("up", stack);
    const known = this.existing.has(stack);
    const { config } = parse(this.textOf(stack)) as { config: Record<string, unknown> };
    this.keeps.set(stack, String(config["gourmetgram:keepData"]) === "true");
    this.existing.set(stack, stack.endsWith("-base") ? { base: BASE } : {});
    return known ? { same: 9 } : { create: 9 };
  }

  async preview(stack: string): Promise<{ changes: Changes; outputs: Outputs }> {
    await this.work("preview", stack);
    return { changes: this.existing.has(stack) ? { same: 9 } : { create: 9 }, outputs: {} };
  }

  async destroy(stack: string, _watch: unknown, target?: string): Promise<Changes> {
    await this.work(target === undefined ? "destroy" : `destroy ${target} of`, stack);
    return { delete: target === undefined ? 9 : this.accesses };
  }

  async remove(stack: string): Promise<void> {
    await this.work("remove", stack);
    this.existing.delete(stack);
  }

  outputs(stack: string): Promise<Outputs | undefined> {
    return Promise.resolve(this.existing.get(stack));
  }

  objects(stack: string): Promise<StackObject[]> {
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: stack, name: "data" };
    const made = { ...claim, stays: this.keeps.get(stack) === true, data: true } as const;
    return Promise.resolve(this.existing.has(stack) ? [made] : []);
  }

  state(stack: string): ReturnType<StackRunner["state"]> {
    const lastUpdate = { kind: "update", result: "succeeded", at: "2026-01-02T03:04:05.000Z" };
    return Promise.resolve(
      this.existing.has(stack) ? { resources: 9, lastUpdate, locked: false } : undefined,
    );
  }

  private async work(verb: string, stack: string): Promise<void> {
    this.calls.push(`${verb} ${stack}`);
    this.working += 1;
    this.most = Math.max(this.most, this.working);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.working -= 1;
    const failure = this.failures.get(`${verb} ${stack}`);
    if (failure !== undefined) throw failure;
  }
}

/** What a base's outputs say, as far as it is asked for. */
const BASE = { registry: { forPushing: "localhost:30500" } };

const GIB = 1024 ** 3;

/** What each student asks for. */
export const FOOTPRINT: Footprint = {
  services: { cpu: 0.1, memory: GIB },
  limits: { cpu: 1, memory: 2 * GIB },
  volumes: 5 * GIB,
  pods: 4,
  run: { cpu: 0.5, memory: GIB },
};

export interface FakeClass extends ClassContext {
  readonly runner: FakeRunner;
  /** What was asked of the cluster and the registry in order. */
  readonly asked: string[];
}

/** A class of which nothing is up, on a cluster that has room for it. */
export function fakeClass(
  students: readonly Student[],
  changed: Partial<ClassContext> & { leftovers?: Leftovers; classFile?: string } = {},
): FakeClass {
  const asked: string[] = [];
  const { leftovers = { left: [], kept: [] }, classFile = "", ...rest } = changed;
  const folder = join(temporaryFolder("class"), "class");
  const files = new ClassFiles(folder, "dev", classFile, students);
  const runner = new FakeRunner((stack) => files.textOf(stack));
  return {
    name: "dev",
    students,
    selected: students.map(({ id }) => id),
    only: false,
    files,
    cluster: {
      capacity: () => Promise.resolve({ cpu: 2, memory: 20 * GIB, pods: 200 }),
      terminateRuns: (student) => {
        asked.push(`terminate ${student}`);
        return Promise.resolve(1);
      },
      deleteRuns: (student) => {
        asked.push(`delete runs ${student}`);
        return Promise.resolve();
      },
      freeHangingNamespaces: () => Promise.resolve([]),
      auditStudent: (student, { keepData }) => {
        asked.push(`audit ${student}${keepData ? ", which keeps its data" : ""}`);
        return Promise.resolve(leftovers);
      },
      removeBaseKinds: () => Promise.resolve(new Map()),
      auditBase: ({ keepData }) => {
        asked.push(`audit base${keepData ? ", which keeps its data" : ""}`);
        return Promise.resolve({ left: [], kept: [] });
      },
      glance: () => Promise.resolve({ ready: 4, pods: 4, lastRun: undefined }),
    },
    registry: {
      spaces: () => Promise.resolve(new Map([["a", 1.5 * GIB]])),
      listRepositories: () => Promise.resolve([]),
      removeRepositories: (prefix) => {
        asked.push(`remove images ${prefix}`);
        return Promise.resolve();
      },
    },
    removeHostImages: (registry) => {
      asked.push(`remove images built here for ${registry}`);
      return Promise.resolve({ removed: [], left: [] });
    },
    parallel: 2,
    signal: new AbortController().signal,
    display: silentClassDisplay,
    estimate: () => FOOTPRINT,
    ...rest,
    runner,
    asked,
  };
}

/** Students without settings of their own. */
export const studentsNamed = (...ids: string[]): Student[] => ids.map((id) => ({ id, settings: {} }));

import type { Capacity, Footprint } from "./capacity/capacity";
import type { HostImages } from "../cluster/images/host-images";
import type { UsedKinds } from "../live/objects/kinds";
import type { Leftovers } from "../support/leftovers";
import type { ClassFiles } from "./runner/class-files";
import { baseStackOf, studentStackOf } from "./class-settings";
import type { ClassDisplay } from "./view/class-display";
import type { RegistryAccess } from "./cluster/registry-repositories";
import type { Student } from "./roster/roster";
import type { StackRunner } from "./runner/stack-runner";

/** What the command asks of the cluster. */
export interface ClassCluster {
  /** What the cluster has for these students; undefined if it does not answer. */
  readonly capacity: (students: readonly string[]) => Promise<Capacity | undefined>;
  readonly terminateRuns: (student: string) => Promise<number>;
  readonly deleteRuns: (student: string) => Promise<void>;
  readonly freeHangingNamespaces: (student: string) => Promise<string[]>;
  readonly auditStudent: (
    student: string,
    options: { keepData: boolean; repositories: () => Promise<string[]> },
  ) => Promise<Leftovers>;
  /** Deletes the kinds that the base has brought, those of which there is no object. */
  readonly removeBaseKinds: () => Promise<UsedKinds>;
  readonly auditBase: (options: { usedKinds: UsedKinds; keepData: boolean }) => Promise<Leftovers>;
  /** How many of the student's service pods are ready, of how many; and the newest training run. */
  readonly glance: (student: string) => Promise<StudentGlance>;
}

/** What is seen of a student in the cluster. */
export interface StudentGlance {
  readonly ready: number;
  readonly pods: number;
  readonly lastRun: { readonly name: string; readonly phase: string; readonly at: string } | undefined;
}

/** A class, and what a command works on it with. */
export interface ClassContext {
  readonly name: string;
  /** All of the roster. */
  readonly students: readonly Student[];
  /** Those that the command is about. */
  readonly selected: readonly string[];
  /** Whether only some were asked for. */
  readonly only: boolean;
  readonly files: ClassFiles;
  readonly runner: StackRunner;
  readonly cluster: ClassCluster;
  readonly registry: RegistryAccess;
  /** Takes away what the base has built on this machine and pushed to the registry. */
  readonly removeHostImages: (registry: string) => Promise<HostImages>;
  /** How many stacks are worked on at the same time. */
  readonly parallel: number;
  /** Aborted by an interruption. */
  readonly signal: AbortSignal;
  readonly display: ClassDisplay;
  /** What a student's stack will ask for, by the text of its file, before it is up. */
  readonly estimate: (studentFile: string) => Footprint;
}

/** Stack of a student of the class. */
export const stackOf = (context: Pick<ClassContext, "name">, student: string): string =>
  studentStackOf(context.name, student);

/** Stack of what the class shares. */
export const baseOf = (context: Pick<ClassContext, "name">): string => baseStackOf(context.name);

/**
 * The students who have a stack, also those who are not in the roster any more.
 *
 * @param stacks The class's own.
 */
export function studentsWithStack({ name }: Pick<ClassContext, "name">, stacks: readonly string[]): string[] {
  return stacks.filter((stack) => stack !== baseStackOf(name)).map((stack) => stack.slice(name.length + 1));
}

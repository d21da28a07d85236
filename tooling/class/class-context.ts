import type { Footprint } from "./capacity/capacity";
import type { HostImages } from "../cluster/images/host-images";
import type { ClassCluster } from "./cluster/class-cluster";
import type { ClassFiles } from "./runner/class-files";
import { baseStackOf, studentStackOf } from "./class-settings";
import type { ClassDisplay } from "./view/class-display";
import type { RegistryAccess } from "./cluster/registry-repositories";
import type { Student } from "./roster/roster";
import type { StackRunner } from "./runner/stack-runner";

/** What the command line says about a class. */
export interface ClassRequest {
  /** All of the roster. */
  readonly students: readonly Student[];
  /** Those that the command is about. */
  readonly selected: readonly string[];
  /** Whether only some were asked for. */
  readonly only: boolean;
  /** How many stacks are worked on at the same time. */
  readonly parallel: number;
  /** Aborted by an interruption. */
  readonly signal: AbortSignal;
}

/** A class, and what a command works on it with. */
export interface ClassContext extends ClassRequest {
  readonly name: string;
  readonly files: ClassFiles;
  readonly runner: StackRunner;
  readonly cluster: ClassCluster;
  readonly registry: RegistryAccess;
  /** Takes away what the base has built on this machine and pushed to the registry. */
  readonly removeHostImages: (registry: string) => Promise<HostImages>;
  readonly display: ClassDisplay;
  /** What a student's stack will ask for, by the text of its file, before it is up. */
  readonly estimate: (studentFile: string) => Footprint;
}

/** Stack of a student of the class. */
export const stackOf = (context: Pick<ClassContext, "name">, student: string): string =>
  studentStackOf(context.name, student);

/** Stack of what the class shares. */
export const baseOf = (context: Pick<ClassContext, "name">): string => baseStackOf(context.name);

/** The stack of a student, or of what the class shares, which goes by the name `base`. */
export const stackNamed = (context: Pick<ClassContext, "name">, name: string): string =>
  name === "base" ? baseOf(context) : stackOf(context, name);

/**
 * The students who have a stack, also those who are not in the roster any more.
 *
 * @param stacks The class's own.
 */
export function studentsWithStack({ name }: Pick<ClassContext, "name">, stacks: readonly string[]): string[] {
  return stacks.filter((stack) => stack !== baseStackOf(name)).map((stack) => stack.slice(name.length + 1));
}

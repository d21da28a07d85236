import type { StackObject } from "../../live/objects/stack-remains";

/** What is done with one stack of a class. */
export interface StackRunner {
  /**
   * The class's stacks by name: those that say that they are part of it.
   *
   * @param options.fresh Whether to look again, and not only for what this run has changed. @default false
   */
  stacks(options?: { fresh?: boolean }): Promise<string[]>;
  /**
   * Brings the stack up. It is made if it is not there yet.
   *
   * @throws OtherClass if the stack is part of another class
   */
  up(stack: string, watch: Watch): Promise<Changes>;
  /** Shows what `up` would change. */
  preview(stack: string, watch: Watch): Promise<Preview>;
  /** Destroys the stack's resources, or those alone whose URNs `target` matches. The stack itself stays. */
  destroy(stack: string, watch: Watch, target?: string): Promise<Changes>;
  /** Removes an empty stack. */
  remove(stack: string): Promise<void>;
  /** All outputs, secret ones in plain text; undefined if there is no such stack. */
  outputs(stack: string): Promise<Outputs | undefined>;
  /** The Kubernetes objects that the stack has made, by its state; none if there is no such stack. */
  objects(stack: string): Promise<StackObject[]>;
  /** What is known of the stack without asking its cluster; undefined if there is no such stack. */
  state(stack: string): Promise<StackState | undefined>;
}

/** Follows the work on a stack, and ends it. */
export interface Watch {
  /** Called with what is being done just now. */
  readonly step: (text: string) => void;
  /** Aborted where the work has to come to a clean end. */
  readonly signal: AbortSignal;
}

/** Outputs of a stack by name. */
export type Outputs = Readonly<Record<string, unknown>>;

/** How many resources were, or would be, created, updated and so on, in the engine's words. */
export type Changes = Readonly<Record<string, number>>;

/** What `up` would do. */
export interface Preview {
  readonly changes: Changes;
  /** The outputs that the stack would have, as far as they are known before it is up. */
  readonly outputs: Outputs;
}

/** A stack as its backend knows it. */
export interface StackState {
  readonly resources: number;
  /** Left out where nothing has been done yet. */
  readonly lastUpdate?: { readonly kind: string; readonly result: string; readonly at: string };
  /** Whether another run works on it, or one that was killed has left its lock. `null` where the backend keeps it to itself. */
  readonly locked: boolean | null;
}

/** Someone else works on the stack, so nothing was done. */
export class LockedStack extends Error {
  constructor(readonly stackName: string) {
    super(`another run has locked the stack ${stackName}; nothing was changed`);
    this.name = "LockedStack";
  }

  /** What to do about it. */
  get remedy(): string {
    return `wait for the run on the other machine; if there is none any more: npm run pulumi -- cancel ${this.stackName} --yes`;
  }
}

/** The stack's name is of this class, and the stack is part of another one. */
export class OtherClass extends Error {
  constructor(stackName: string, owner: string) {
    super(
      `the stack ${stackName} is part of the class ${owner}; nothing was changed\n` +
        "  remedy: another id for the student, or another name for the class (GOURMETGRAM_STACK)",
    );
    this.name = "OtherClass";
  }
}

/** The engine ended with an error. */
export class StackFailure extends Error {
  constructor(
    message: string,
    /** Where all that the engine printed is. */
    readonly log: string,
  ) {
    super(message);
    this.name = "StackFailure";
  }
}

import type { Declarations, OutputDeclarations } from "./declarations";
import type { EngineLog } from "./engine-log";
import type { Properties } from "./values";

/** What a check of the program's inputs came to. */
export interface Checked {
  /** The inputs as they go into the state: the program's own with defaults filled in. */
  readonly inputs: Properties;
  /** What is wrong, one sentence each; empty if nothing is. */
  readonly problems: readonly string[];
}

/** What a comparison of state and inputs came to. */
export interface Difference {
  readonly changed: boolean;
  /** The inputs that make it a replacement. */
  readonly replaces: readonly string[];
}

/** A resource type of an official plugin, provided by this lab where that plugin cannot be installed. */
export interface StandIn {
  /** The only resource type that the plugin provides, for example `random:index/randomPassword:RandomPassword`. */
  readonly type: string;
  readonly inputs: Declarations;
  readonly outputs: OutputDeclarations;

  /** Looks at the inputs before anything is done. Some may be unknown: this also runs in a preview. */
  check(inputs: Properties): Promise<Checked>;

  /** Compares the state with the inputs of {@link StandIn.check}. */
  diff(state: Properties, inputs: Properties): Difference;

  /**
   * Makes the resource. Everything is known here, because the engine does not call it in a preview.
   *
   * @param log where progress goes
   */
  create(inputs: Properties, log: EngineLog): Promise<{ id: string; state: Properties }>;

  /** Changes the resource in place. Left out where every change is a replacement. */
  update?(inputs: Properties, log: EngineLog): Promise<Properties>;
}

/** A plugin: its name and version as the engine asks for them, and what it provides. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly standIn: StandIn;
}

import type { KeyName } from "./keys";
/** A broken rule: the key to change and why. */
export interface BrokenRule {
  readonly key: KeyName;
  readonly reason: string;
  /** `set` where a value is missing or wrong, `rm` where one is too much. */
  readonly mend: "set" | "rm";
  /** A value that would do. @default the key's example */
  readonly example?: string;
}

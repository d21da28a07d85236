import type { KeyName } from "../keys";

/** A broken rule: the key to change and why. */
export interface BrokenRule {
  readonly key: KeyName;
  readonly reason: string;
  /** `set` where a value is missing or wrong, `rm` where the key must not be set. */
  readonly fix: "set" | "rm";
  /** A valid value. @default the key's example */
  readonly example?: string;
}

/** Something about a key that holds or does not, as whether the stack sets it. */
export type OfKey = (key: KeyName) => boolean;

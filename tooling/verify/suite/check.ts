import type { Lab } from "./lab";
import type { Waiting } from "./waiting";

/** What a check sees the lab with, and tells about it. */
export interface CheckContext extends Waiting {
  readonly lab: Lab;
  /** Keeps a fact that speaks for the lab. */
  readonly see: (fact: string) => void;
  /** Folder for pictures of the pages that are looked at; undefined for none. */
  readonly screenshots: string | undefined;
}

/** One acceptance check. It passes if `run` returns. */
export interface Check {
  /** Given to `--only`. */
  readonly name: string;
  /** What is so if it passes, as a sentence without a full stop. */
  readonly title: string;
  /** @throws CheckFailure if the lab is otherwise */
  readonly run: (context: CheckContext) => Promise<void>;
}

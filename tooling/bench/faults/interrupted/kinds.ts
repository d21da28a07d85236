import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { baseStackOf, studentStackOf } from "../../../class/class-settings";
import { stackFile, stackName, stackSetting } from "../../../engine/stack/stack-settings";
import { stacksInState } from "../../../engine/stack/state";
import { benchStudents } from "../../class/roster";
import type { Interrupted } from "../parts";

/** Carries a command of the lab out. @throws Error unless it ends well */
export type Carry = (...args: string[]) => Promise<void>;

/** A command that is killed, and what is around it. */
export interface Kind {
  readonly args: readonly string[];
  /** Whose objects must not be there twice. */
  readonly stacks: readonly string[];
  /** Prepares all rounds. */
  readonly begin: () => Promise<void>;
  /** Gives the command something to do. */
  readonly before: () => Promise<void>;
  /** Commands that have to end well after it. */
  readonly after: readonly (readonly string[])[];
  /** Leaves what was there before all rounds. */
  readonly end: () => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
const UNCHANGED = ["up", "--expect-no-changes"];

/** @param folder For files of the rounds. */
export function kindOf(command: Interrupted, carry: Carry, folder: string): Kind {
  const kinds = { up, down, class: classUp };
  return kinds[command](carry, folder);
}

/** A setting that changes most workloads; a lab that fits has room for the two values. */
const SETTING = "gourmetgram:size";

/** The setting is another one each time. */
function up(carry: Carry): Kind {
  const text = existsSync(stackFile) ? readFileSync(stackFile, "utf8") : undefined;
  const other = (): string => (stackSetting(SETTING) === "small" ? "medium" : "small");
  return {
    args: ["up"],
    stacks: [stackName],
    begin: nothing,
    before: () => carry("pulumi", "config", "set", SETTING, other()),
    after: [UNCHANGED],
    end: async () => {
      if (text === undefined) rmSync(stackFile, { force: true });
      else writeFileSync(stackFile, text);
      await carry("up");
    },
  };
}

function down(carry: Carry): Kind {
  return {
    args: ["down", "--yes"],
    stacks: [stackName],
    begin: nothing,
    before: nothing,
    // What the lab has twice is seen once it is there again.
    after: [["audit"], ["up"]],
    end: () => carry("up"),
  };
}

/** Two students, each time from nothing. */
function classUp(carry: Carry, folder: string): Kind {
  const students = benchStudents(2).map(({ id }) => id);
  const roster = join(folder, "roster.csv");
  const base = baseStackOf(stackName);
  const hadBase = stacksInState().some(({ name }) => name === base);
  const inClass = (word: string, ...more: string[]): string[] => ["class", word, "--roster", roster, ...more];
  const away = inClass("down", "--yes", "--only", ...students);
  return {
    args: inClass("up"),
    stacks: [base, ...students.map((student) => studentStackOf(stackName, student))],
    begin: async () => {
      writeFileSync(roster, ["id", ...students, ""].join("\n"));
      await carry(...inClass("up"));
    },
    before: () => carry(...away),
    after: [inClass("status")],
    end: () => carry(...(hadBase ? away : inClass("down", "--yes"))),
  };
}

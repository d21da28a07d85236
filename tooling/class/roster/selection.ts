import { nearest } from "../../../config";
import { NotStarted } from "../../support/errors";
import type { Student } from "./roster";

/**
 * The students that a command is about.
 *
 * @param only Ids of the command line, also several in one word with commas. @default all of the roster
 * @param stacks Students who have a stack though they may not be in the roster. @default ignored
 * @throws NotStarted that names each id that is unknown, or if there is no id
 */
export function selectionOf(
  students: readonly Student[],
  only: readonly string[] | undefined,
  stacks: readonly string[] = [],
): string[] {
  const all = students.map(({ id }) => id);
  if (only === undefined) return all;
  const asked = [...new Set(only.flatMap((each) => each.split(/[,\s]+/)).filter((each) => each !== ""))];
  if (asked.length === 0) throw new NotStarted(`--only ${only.join(" ")} names no student: expected ids`);
  const known = [...all, ...stacks];
  const unknown = asked.filter((id) => !known.includes(id));
  if (unknown.length === 0) return asked;
  const lines = unknown.map((id) => {
    const near = nearest(id, known);
    return `${id} is not in the roster${near === undefined ? "" : `: is ${near} meant?`}`;
  });
  throw new NotStarted(lines.join("\n"));
}

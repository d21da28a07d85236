import { readFileSync } from "node:fs";
import { extname } from "node:path";
import slugify from "@sindresorhus/slugify";
import { KEYS, type KeyName, nearest } from "../../../config";
import { messageOf } from "../../support/errors";
import { csvRows, type RosterProblem, type RosterRow, type RosterRows, yamlRows } from "./roster-rows";

/** The configuration keys that a roster may set for one student. Whatever else there is, is the class's or the base's. */
export const ROSTER_KEYS = [
  "size",
  "schedule",
  "scheduleTimezone",
  "scheduleSuspended",
  "scheduleSpreadMinutes",
  "mlflowStorage",
  "postgresStorage",
  "appRepositoryStorage",
  "trainingDeadlineSeconds",
  "studentTokenDays",
  "budgetCpu",
  "budgetMemory",
  "budgetStorage",
  "keepData",
] as const satisfies readonly KeyName[];

/** A column of a roster beside `id`. */
export type RosterKey = (typeof ROSTER_KEYS)[number];

export interface Student {
  readonly id: string;
  /** What the roster sets for this student, as it stands there. */
  readonly settings: Readonly<Partial<Record<RosterKey, string>>>;
}

/** A roster that cannot be used, with everything that is wrong with it. */
export class RosterError extends Error {
  constructor(
    readonly file: string,
    readonly problems: readonly RosterProblem[],
  ) {
    const lines = problems.map(
      ({ line, problem, remedy }) => `  ${file}:${line}: ${problem}\n    remedy: ${remedy}`,
    );
    super(
      `the roster has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${lines.join("\n")}`,
    );
    this.name = "RosterError";
  }
}

/**
 * Reads a class's roster.
 *
 * @throws RosterError with every problem
 */
export function readRoster(file: string): Student[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const remedy = "name a file that can be read";
    throw new RosterError(file, [{ line: 1, problem: messageOf(error), remedy }]);
  }
  return parseRoster(file, textOf(bytes));
}

/** Text as spreadsheets write it: UTF-8 or UTF-16, with its mark or without, else Windows-1252. */
export function textOf(bytes: Uint8Array): string {
  const [first = 0, second = 0] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** @param file Its ending decides: `.yaml`, `.yml` and `.json` are YAML, anything else is CSV */
export function parseRoster(file: string, text: string): Student[] {
  const yaml = [".yaml", ".yml", ".json"].includes(extname(file).toLowerCase());
  const found = (yaml ? yamlRows : csvRows)(text, columnName);
  const problems = [...found.problems, ...columnProblems(found)];
  if (found.rows.length === 0 && problems.length === 0) {
    problems.push({ line: 1, problem: "the roster is empty", remedy: "add a line for each student" });
  }
  const idColumn = found.columns.has("id");
  const students = found.rows.map((row) => ({
    id: row.cells.get("id") ?? "",
    settings: settingsOf(row),
    line: row.line,
  }));
  for (const row of found.rows) problems.push(...rowProblems(row, idColumn));
  problems.push(...twins(students));
  if (problems.length > 0) {
    throw new RosterError(
      file,
      problems.sort((a, b) => a.line - b.line),
    );
  }
  return students.map(({ id, settings }) => ({ id, settings }));
}

/** Columns of a list of people, as course systems export it, that say nothing about their labs. */
const IGNORED = [
  "name",
  "fullName",
  "firstName",
  "lastName",
  "givenName",
  "familyName",
  "surname",
  "email",
  "emailAddress",
  "institution",
  "department",
  "section",
  "group",
  "groups",
] as const;
const KNOWN: readonly string[] = ["id", ...ROSTER_KEYS, ...IGNORED];

/** `ID`, `Id` and `id` are one column, as are `E-mail` and `email`, and `First name` and `firstName`. */
const columnName = (written: string): string =>
  KNOWN.find((name) => plain(name) === plain(written)) ?? written;

const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, "");

/** A spreadsheet writes truth values in capitals. */
const valueOf = (text: string): string => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() : text);

const isRosterKey = (name: string): name is RosterKey => (ROSTER_KEYS as readonly string[]).includes(name);

function settingsOf(row: RosterRow): Partial<Record<RosterKey, string>> {
  const own = [...row.cells].filter(([name]) => isRosterKey(name));
  return Object.fromEntries(own.map(([name, value]) => [name, valueOf(value)]));
}

function columnProblems({ columns, rows }: RosterRows): RosterProblem[] {
  const unknown = [...columns].filter(([name]) => !KNOWN.includes(name));
  const wrong = unknown.map(([name, line]) => {
    const near = nearest(name, KNOWN);
    const hint =
      near === undefined
        ? `use one of id, ${ROSTER_KEYS.join(", ")}; ${IGNORED.join(", ")} are ignored`
        : `is ${near} meant?`;
    return { line, problem: `there is no column ${JSON.stringify(name)}`, remedy: hint };
  });
  if (columns.has("id") || rows.length === 0) return wrong;
  return [...wrong, { line: 1, problem: "the column id is missing", remedy: "give each student an id" }];
}

function rowProblems({ cells, line }: RosterRow, idColumn: boolean): RosterProblem[] {
  const id = cells.get("id");
  const missing = {
    line,
    problem: "a student without an id",
    remedy: `set it, for example ${KEYS.student.example}`,
  };
  const ofId = id === undefined ? (idColumn ? [missing] : []) : idProblems(id, line);
  const ofValues = [...cells].flatMap(([name, value]) => {
    if (!isRosterKey(name)) return [];
    const parsed = KEYS[name].parse(valueOf(value));
    if (!("problem" in parsed)) return [];
    const remedy = `for example ${KEYS[name].example}, or nothing for the class's own`;
    return [{ line, problem: `${name} is ${JSON.stringify(value)}: ${parsed.problem}`, remedy }];
  });
  return [...ofId, ...ofValues];
}

function idProblems(id: string, line: number): RosterProblem[] {
  const parsed = KEYS.student.parse(id);
  if ("problem" in parsed) {
    const remedy = `for example ${suggestion(id)}`;
    return [{ line, problem: `id is ${JSON.stringify(id)}: ${parsed.problem}`, remedy }];
  }
  return [];
}

/** A good id that is close to a bad one. */
function suggestion(id: string): string {
  const plain = slugify(id, { decamelize: false })
    .replace(/^[^a-z]+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return "value" in KEYS.student.parse(plain) ? plain : KEYS.student.example;
}

/** Students who would have the same stack. */
function twins(students: readonly { id: string; line: number }[]): RosterProblem[] {
  const named = students.filter(({ id }) => id !== "");
  return named.flatMap(({ id, line }, index) => {
    const first = named.slice(0, index).find((each) => each.id === id);
    if (first === undefined) return [];
    const problem = `id ${JSON.stringify(id)} is in line ${first.line} already`;
    return [{ line, problem, remedy: "give each student an id of their own" }];
  });
}

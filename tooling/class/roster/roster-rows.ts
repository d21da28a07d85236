import { CsvError, type Info, parse } from "csv-parse/sync";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** Something wrong in a roster, with the place and what to do. */
export interface RosterProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly problem: string;
  readonly remedy: string;
}

/** A student's line as it stands in the file. */
export interface RosterRow {
  readonly line: number;
  /** By column. A cell without a text is left out. */
  readonly cells: ReadonlyMap<string, string>;
}

/** What a file holds, and what of it cannot be read. */
export interface RosterRows {
  /** The names of all columns, each with the line of its first mention. */
  readonly columns: ReadonlyMap<string, number>;
  readonly rows: readonly RosterRow[];
  readonly problems: readonly RosterProblem[];
}

/** What a column is called, whichever way the file writes it. */
export type ColumnName = (written: string) => string;

/**
 * A table as spreadsheets write it: a line with the columns' names, then one for each student. Commas, semicolons or
 * tabs separate, whichever the first line has. `#` begins a comment. A line `sep=;`, empty lines and empty columns count
 * as nothing.
 */
export function csvRows(written: string, columnName: ColumnName): RosterRows {
  const problems: RosterProblem[] = [];
  // A comment in its place keeps the numbers of the lines.
  const text = written.replace(/^sep=.(?=\r?\n)/i, "#");
  const delimiter = delimiterOf(text);
  const [header, ...records] = csvRecords(text, delimiter, problems);
  const names = (header?.cells ?? []).map(columnName);
  const columns = new Map<string, number>();
  for (const name of names) {
    if (name === "") continue;
    if (columns.has(name)) {
      problems.push({ line: 1, problem: `the column ${name} is there twice`, remedy: "remove one of them" });
    }
    columns.set(name, header?.line ?? 1);
  }
  const rows = records.map(({ cells, line }) => {
    if (cells.length > names.length) {
      const problem = `${cells.length} values, but ${names.length} columns`;
      problems.push({
        line,
        problem,
        remedy: `put a value that contains a ${DELIMITERS[delimiter]} into double quotes`,
      });
    }
    const nameless = cells.filter((cell, index) => names[index] === "" && cell !== "");
    if (nameless.length > 0) {
      const problem = `${JSON.stringify(nameless[0])} is in a column without a name`;
      problems.push({ line, problem, remedy: "name the column in the first line, or remove the value" });
    }
    const named = names.map((name, index): [string, string] => [name, cells[index] ?? ""]);
    return { line, cells: given(named.filter(([name]) => name !== "")) };
  });
  return { columns, rows, problems };
}

const DELIMITERS = { ",": "comma", ";": "semicolon", "\t": "tab" } as const;
type Delimiter = keyof typeof DELIMITERS;

/** What separates the columns' names. Not all at once: a schedule has commas, and a comment may have any. */
function delimiterOf(text: string): Delimiter {
  const header = text.split(/\r?\n/).find((line) => !/^\s*(?:#|$)/.test(line)) ?? "";
  const found = (Object.keys(DELIMITERS) as Delimiter[]).map((each) => ({
    each,
    count: header.split(each).length,
  }));
  return found.sort((a, b) => b.count - a.count)[0]?.each ?? ",";
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

function csvRecords(text: string, delimiter: Delimiter, problems: RosterProblem[]): CsvRecord[] {
  try {
    const records = parse(text, {
      comment: "#",
      comment_no_infix: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as { record: string[]; info: Info }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as unknown as { lines?: number }).lines ?? 1);
    problems.push({
      line,
      problem: error.message,
      remedy: `fix the line: a ${DELIMITERS[delimiter]} separates its values`,
    });
    return [];
  }
}

/** A list of students, at the top or under `students:`; each is a name, or a map of the columns. */
export function yamlRows(text: string, columnName: ColumnName): RosterRows {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (node: Node | null | undefined): number => lines.linePos(node?.range?.[0] ?? 0).line;
  const problems: RosterProblem[] = document.errors.map((error) => ({
    line: error.linePos?.[0].line ?? 1,
    problem: error.message.split("\n")[0] ?? error.message,
    remedy: "fix the YAML",
  }));
  const columns = new Map<string, number>();
  if (problems.length > 0) return { columns, rows: [], problems };
  const top = document.contents;
  const list = isMap(top) ? top.get("students", true) : top;
  if (!isSeq(list)) {
    const remedy = "write a list under students:, each entry with an id";
    return { columns, rows: [], problems: [{ line: 1, problem: "the list of students is missing", remedy }] };
  }
  const rows = list.items.map((item) => {
    const node = item as Node;
    const line = lineOf(node);
    if (isScalar(node)) {
      columns.set("id", columns.get("id") ?? line);
      return { line, cells: given([["id", textOf(node.value)]]) };
    }
    if (!isMap(node)) {
      problems.push({
        line,
        problem: "an entry is not a student",
        remedy: "write a name, or a map with an id",
      });
      return { line, cells: new Map<string, string>() };
    }
    const cells = node.items.map(({ key, value }): [string, string] => {
      const name = columnName(textOf(isScalar(key) ? key.value : key));
      columns.set(name, columns.get(name) ?? lineOf(key as Node));
      if (value !== null && !isScalar(value)) {
        const remedy = "write a single value";
        problems.push({ line: lineOf(value as Node), problem: `${name} is a list or a map`, remedy });
        return [name, ""];
      }
      return [name, textOf(isScalar(value) ? value.value : null)];
    });
    return { line, cells: given(cells) };
  });
  return { columns, rows, problems };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function given(cells: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(cells.filter(([, value]) => value !== ""));
}

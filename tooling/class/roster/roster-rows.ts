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

/** Comma-separated values: a line with the columns' names, then one for each student. `#` begins a comment. */
export function csvRows(text: string): RosterRows {
  const problems: RosterProblem[] = [];
  const [header, ...records] = csvRecords(text, problems);
  const columns = new Map<string, number>();
  for (const name of header?.cells ?? []) {
    if (columns.has(name)) {
      problems.push({ line: 1, problem: `the column ${name} is there twice`, remedy: "remove one of them" });
    }
    columns.set(name, header?.line ?? 1);
  }
  const names = header?.cells ?? [];
  const rows = records.map(({ cells, line }) => {
    if (cells.length > names.length) {
      const problem = `${cells.length} values, but ${names.length} columns`;
      problems.push({ line, problem, remedy: "put a value that contains a comma into double quotes" });
    }
    return { line, cells: given(names.map((name, index) => [name, cells[index] ?? ""])) };
  });
  return { columns, rows, problems };
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

function csvRecords(text: string, problems: RosterProblem[]): CsvRecord[] {
  try {
    const records = parse(text, {
      bom: true,
      comment: "#",
      comment_no_infix: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: string[]; info: Info }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as unknown as { lines?: number }).lines ?? 1);
    problems.push({ line, problem: error.message, remedy: "mend the line: values are separated by commas" });
    return [];
  }
}

/** A list of students, at the top or under `students:`; each is a name, or a map of the columns. */
export function yamlRows(text: string): RosterRows {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (node: Node | null | undefined): number => lines.linePos(node?.range?.[0] ?? 0).line;
  const problems: RosterProblem[] = document.errors.map((error) => ({
    line: error.linePos?.[0].line ?? 1,
    problem: error.message.split("\n")[0] ?? error.message,
    remedy: "mend the YAML",
  }));
  const columns = new Map<string, number>();
  if (problems.length > 0) return { columns, rows: [], problems };
  const top = document.contents;
  const list = isMap(top) ? top.get("students", true) : top;
  if (!isSeq(list)) {
    const remedy = "write a list under students:, each entry with an id";
    return { columns, rows: [], problems: [{ line: 1, problem: "there is no list of students", remedy }] };
  }
  const rows = list.items.map((item) => {
    const node = item as Node;
    const line = lineOf(node);
    if (isScalar(node)) {
      columns.set("id", columns.get("id") ?? line);
      return { line, cells: given([["id", textOf(node.value)]]) };
    }
    if (!isMap(node)) {
      problems.push({ line, problem: "an entry is no student", remedy: "write a name, or a map with an id" });
      return { line, cells: new Map<string, string>() };
    }
    const cells = node.items.map(({ key, value }): [string, string] => {
      const name = textOf(isScalar(key) ? key.value : key);
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

/** A generated table of a page. Its rows are found again by their first two cells. */
export interface Table {
  /** The table is between these. */
  readonly marks: readonly [begin: string, end: string];
  readonly head: readonly string[];
}

/** The cells of a row. */
export type Row = readonly string[];

/** Names a row by its first two cells. */
export const keyOf = ([first, second]: Row): string => `${first ?? ""}|${second ?? ""}`;

/**
 * A page with new rows in a table of it. The other rows stay as they are.
 *
 * @param order The keys of all rows that there can be. A row of an earlier table that is none of them is dropped. Undefined
 *   keeps all rows, the new ones last.
 * @param note What is said above the table of so many rows.
 * @throws Error if the marks are missing
 */
export function withRows(
  page: string,
  { marks, head }: Table,
  rows: readonly Row[],
  order: readonly string[] | undefined,
  note: (count: number) => string,
): string {
  const [begin, end] = placeOf(page, marks);
  const known = new Map(
    [...rowsIn(page.slice(begin, end)), ...rows].map((row) => [keyOf(row), row] as const),
  );
  const sorted = (order ?? [...known.keys()])
    .flatMap((key) => [known.get(key) ?? []])
    .filter(({ length }) => length > 0);
  const table = [head, head.map(() => "---"), ...sorted].map((row) => `| ${row.join(" | ")} |`);
  return `${page.slice(0, begin)}${marks[0]}\n\n${note(sorted.length)}\n\n${table.join("\n")}\n\n${page.slice(end)}`;
}

/** The rows that a table of a page has. @throws Error if the marks are missing */
export function rowsOf(page: string, { marks }: Table): Row[] {
  return rowsIn(page.slice(...placeOf(page, marks)));
}

function placeOf(page: string, marks: Table["marks"]): [begin: number, end: number] {
  const [begin = -1, end = -1] = marks.map((mark) => page.indexOf(mark));
  if (begin < 0 || end < begin) throw new Error(`the page lacks the lines ${marks.join(" and ")}`);
  return [begin, end];
}

/** The rows of an earlier table, its head left out; a formatter may have padded them. */
function rowsIn(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** A message that fits in a cell. */
export function inCell(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;");
  return line.length <= 240 ? line : `${line.slice(0, 239)}…`;
}

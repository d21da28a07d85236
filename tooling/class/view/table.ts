import { clock } from "./class-display";
import type { Outcome } from "../runner/outcome";

/** Columns of text, as wide as their widest cell, under their names. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [header, ...rows].map(line).join("\n");
}

/** How it went, a line for each student; then the reasons and remedies of what did not go well. */
export function summaryTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ student, result, seconds, detail }) => [
    student,
    result,
    result === "not started" ? "" : clock(seconds),
    result === "failed" ? "see below" : (detail.split("\n")[0] ?? ""),
  ]);
  const notes = outcomes
    .filter(({ result, remedy }) => result === "failed" || remedy !== undefined)
    .map(({ student, detail, remedy }) => {
      const lines = [...detail.split("\n"), ...(remedy === undefined ? [] : [`remedy: ${remedy}`])];
      return `${student}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
    });
  const done = outcomes.filter(({ result }) => result === "done").length;
  const count = `${done} of ${outcomes.length} done`;
  return [textTable(["student", "result", "time", ""], rows), count, ...notes].join("\n\n");
}

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../machine/paths";
import { thisMachine } from "../class/page";
import { type Killing, KILLINGS } from "./interrupted/killing";
import type { Trial } from "./judgement";
import { everyFault, FAULTY_PARTS, type Fault, INTERRUPTED } from "./parts";
import { inCell, keyOf, type Row, rowsOf, type Table, withRows } from "./table";

const FAULTS: Table = {
  marks: ["<!-- faults: begin -->", "<!-- faults: end -->"],
  head: ["what failed", "in the step", "tried", "the run", "time", "staging did not answer", "result", "day"],
};

const COMMANDS: Table = {
  marks: ["<!-- commands: begin -->", "<!-- commands: end -->"],
  head: ["the command", "what was killed", "tried", "when", "result", "day"],
};

/** Changes the page of the faults. */
export async function rewritePage(change: (page: string, day: string) => string): Promise<void> {
  const page = join(checkout, "docs", "reference", "faults.md");
  await writeFile(page, change(await readFile(page, "utf8"), new Date().toISOString().slice(0, 10)));
}

/** What the rows that were made last were made on. */
export const onThisMachine = (): string => {
  const { cores, memory } = thisMachine();
  return `the last ones with ${cores} cores and ${memory} GiB of memory`;
};

/**
 * The page with the trials in its table: a fault that was tried before gets a new row, and the others keep theirs.
 *
 * @param page Text of the page, with the marks
 * @param day Such as `2026-11-26`
 * @throws Error if the marks are missing
 */
export function faultsPage(page: string, trials: readonly Trial[], day: string): string {
  const rows = everyFault().flatMap((fault) => {
    const own = trials.filter(({ part, step }) => part === fault.part && step === fault.step);
    return own.length === 0 ? [] : [faultRow(fault, own, day)];
  });
  const order = everyFault().map((fault) => keyOf(faultCells(fault)));
  return withRows(page, FAULTS, rows, order, (count) => `${count} faults were tried; ${onThisMachine()}.`);
}

const faultCells = ({ part, step }: Fault): Row => [FAULTY_PARTS[part].title, `\`${step}\``];

function faultRow(fault: Fault, trials: readonly Trial[], day: string): Row {
  const runs = [...new Set(trials.map(({ run }) => run))].map(
    (run) => `${run} ${trials.filter((trial) => trial.run === run).length}`,
  );
  const said = [...new Set(trials.map(({ message }) => message))].filter((message) => message !== "");
  const most = (of: (trial: Trial) => number): number => Math.max(...trials.map(of));
  return [
    ...faultCells(fault),
    String(trials.length),
    [runs.join(", "), ...said.map((message) => `"${inCell(message)}"`)].join(": "),
    `${most(({ seconds }) => seconds)} s`,
    `${most(({ unanswered }) => unanswered)} s`,
    resultOf(trials),
    day,
  ];
}

/**
 * The page with the killings in its other table. They come to those that a row has already, unless something was wrong with
 * one of these: then the row starts again.
 *
 * @param page Text of the page as it was before the first of these killings
 */
export function commandsPage(page: string, killings: readonly Killing[], day: string): string {
  const before = new Map(rowsOf(page, COMMANDS).map((row) => [keyOf(row), row] as const));
  const kinds = INTERRUPTED.flatMap((command) => KILLINGS.map((killed) => ({ command, killed })));
  const rows = kinds.flatMap(({ command, killed }) => {
    const own = killings.filter((each) => each.command === command && each.killed === killed);
    return own.length === 0
      ? []
      : [commandRow(own, day, before.get(keyOf(commandCells({ command, killed }))))];
  });
  const order = kinds.map((kind) => keyOf(commandCells(kind)));
  return withRows(page, COMMANDS, rows, order, () => `Each at random moments; ${onThisMachine()}.`);
}

const commandCells = ({ command, killed }: Pick<Killing, "command" | "killed">): Row => [
  `\`${command === "class" ? "class up" : command}\``,
  killed,
];

function commandRow(killings: readonly Killing[], day: string, before: Row = []): Row {
  const [first] = killings;
  const [, , , when = "", result] = before;
  const earlier = result === AS_IT_MUST_BE ? (when.match(/\d+/g) ?? []).map(Number) : [];
  const seconds = [...earlier, ...killings.map(({ after }) => Math.round(after))].sort((a, b) => a - b);
  return [
    ...(first === undefined ? [] : commandCells(first)),
    String(seconds.length),
    `after ${seconds.join(", ")} s`,
    resultOf(killings),
    day,
  ];
}

const AS_IT_MUST_BE = "as it must be";

/** Whether nothing was wrong, in a cell. */
export function resultOf(tried: readonly { readonly problems: readonly string[] }[]): string {
  const problems = [...new Set(tried.flatMap((each) => each.problems))];
  return problems.length === 0 ? AS_IT_MUST_BE : `**not**: ${problems.map(inCell).join("; ")}`;
}

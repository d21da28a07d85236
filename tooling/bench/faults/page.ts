import { thisMachine } from "../class/page";
import { FAULTY_PART_NAMES, FAULTY_PARTS, FAULTY_STEPS, type Fault, happensIn } from "./parts";
import type { Trial } from "./trial";

/** The generated part of the page is between these. */
const MARKS = ["<!-- faults: begin -->", "<!-- faults: end -->"] as const;

const HEAD = [
  "what failed",
  "in the step",
  "tried",
  "the run",
  "time",
  "staging did not answer",
  "result",
  "day",
];

/**
 * The page with the trials in its table: a fault that was tried before gets a new row, and the others keep theirs.
 *
 * @param page Text of the page, with the marks
 * @param day Such as `2026-11-26`
 * @throws Error if the marks are missing
 */
export function faultsPage(page: string, trials: readonly Trial[], day: string): string {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error(`the page lacks the lines ${MARKS.join(" and ")}`);
  const rows = new Map(rowsIn(page.slice(begin, end)));
  for (const fault of everyFault()) {
    const own = trials.filter(({ part, step }) => part === fault.part && step === fault.step);
    if (own.length > 0) rows.set(keyOf(fault), rowOf(fault, own, day));
  }
  const sorted = everyFault().flatMap((fault) => rows.get(keyOf(fault)) ?? []);
  const { cores, memory } = thisMachine();
  const body = [
    `${rows.size} of ${everyFault().length} faults were tried; the last ones with ${cores} cores and ${memory} GiB of memory.`,
    [cells(HEAD), cells(HEAD.map(() => "---")), ...sorted].join("\n"),
  ].join("\n\n");
  return `${page.slice(0, begin)}${MARKS[0]}\n\n${body}\n\n${page.slice(end)}`;
}

/** Each part in each step, in the order of the table. */
function everyFault(): Fault[] {
  return FAULTY_PART_NAMES.flatMap((part) =>
    FAULTY_STEPS.filter((step) => happensIn(step, part)).map((step) => ({ part, step })),
  );
}

const cells = (texts: readonly string[]): string => `| ${texts.join(" | ")} |`;
const firstCells = ({ part, step }: Fault): string[] => [FAULTY_PARTS[part].title, `\`${step}\``];
const keyOf = (fault: Fault): string => firstCells(fault).join("|");

/** The rows of an earlier table by their first two cells; the formatter may have padded them. */
function rowsIn(text: string): [string, string][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|") && line.includes("`"))
    .map((line) => {
      const texts = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return [`${texts[1] ?? ""}|${texts[2] ?? ""}`, cells(texts.slice(1, -1))];
    });
}

function rowOf(fault: Fault, trials: readonly Trial[], day: string): string {
  const runs = [...new Set(trials.map(({ run }) => run))].map(
    (run) => `${run} ${trials.filter((trial) => trial.run === run).length}`,
  );
  const said = [...new Set(trials.filter(({ run }) => run === "failed").map(({ message }) => message))];
  const problems = [...new Set(trials.flatMap((trial) => trial.problems))];
  const most = (of: (trial: Trial) => number): number => Math.max(...trials.map(of));
  return cells([
    ...firstCells(fault),
    String(trials.length),
    [runs.join(", "), ...said.map((message) => `"${inCell(message)}"`)].join(": "),
    `${most(({ seconds }) => seconds)} s`,
    `${most(({ unanswered }) => unanswered)} s`,
    problems.length === 0 ? "as it must be" : `**not**: ${problems.map(inCell).join("; ")}`,
    day,
  ]);
}

/** A message that fits in a cell of a table. */
function inCell(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;");
  return line.length <= 240 ? line : `${line.slice(0, 239)}…`;
}

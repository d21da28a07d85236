import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { hasOwnCluster } from "../../engine/stack/stack-settings";
import { checkout } from "../../machine/paths";
import { NotStarted } from "../../support/errors";
import { type Lab, openLab } from "../../verify/suite/lab";
import type { Figure } from "../figure";
import { faultsPage } from "./page";
import { FAULTY_PARTS, type Fault, type FaultSelection, selectedFaults } from "./parts";
import { FaultTrials, type Trial } from "./trial";

/** What is tried, how often, and whether the table in the documentation is to have it. */
export interface FaultOptions extends FaultSelection {
  readonly runs: number;
  readonly write: boolean;
}

/** The runs of the trials are found by it. */
const LABEL = "gourmetgram/bench";

/**
 * Kills parts of the lab in the middle of runs, one after the other, and tells what came of each.
 *
 * @param signal Ends the trials; what was tried until then is told.
 * @throws NotStarted if the lab is not on the kind cluster, whose processes alone this machine can kill
 */
export async function faultFigures(options: FaultOptions, signal: AbortSignal): Promise<Figure[]> {
  if (hasOwnCluster())
    throw new NotStarted(
      "the stack is on a cluster of yours, and faults are tried on the kind cluster alone\n" +
        "  remedy: leave GOURMETGRAM_STACK unset, npm run up, and try them there",
    );
  const report = (line: string): void => console.error(line);
  const lab = await openLab(report);
  try {
    const trials = await tryAll(lab, options, report, signal);
    if (options.write) await writePage(trials);
    return figuresOf(trials);
  } finally {
    await lab.close();
  }
}

async function tryAll(
  lab: Lab,
  options: FaultOptions,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Trial[]> {
  const label = { [LABEL]: randomBytes(4).toString("hex") };
  const tried = new FaultTrials(lab, label, report, signal);
  const faults = Array.from({ length: options.runs }, () => selectedFaults(options)).flat();
  const trials: Trial[] = [];
  // A fault can take staging away only where something serves.
  if ((await lab.staging.served()) === undefined) {
    const problems = await tried.nextRun();
    if (problems.length > 0) throw new Error(`nothing serves in staging, and ${problems.join("; ")}`);
  }
  for (const [index, fault] of faults.entries()) {
    report(`fault ${index + 1} of ${faults.length}: ${FAULTY_PARTS[fault.part].title} in ${fault.step}`);
    const trial = await tried.carryOut(fault);
    trials.push(trial);
    report(`  ${textOf(trial)}`);
    if (signal.aborted) break;
  }
  const after = await tried.nextRun();
  const last = trials.at(-1);
  if (last !== undefined && after.length > 0)
    trials[trials.length - 1] = { ...last, problems: [...last.problems, ...after] };
  await lab.argo.deleteWorkflows(Object.entries(label).flat().join("="));
  return trials;
}

/** What came of a fault, in a line. */
function textOf({ run, seconds, message, unanswered, problems }: Trial): string {
  const told = message === "" ? "" : ` (${message})`;
  const bad = problems.length === 0 ? "as it must be" : `NOT as it must be: ${problems.join("; ")}`;
  return `the run ${run} after ${seconds} s${told}; staging did not answer ${unanswered} times; ${bad}`;
}

function figuresOf(trials: readonly Trial[]): Figure[] {
  const well = trials.filter(({ problems }) => problems.length === 0).length;
  const of = (each: Fault): string => `${each.part} in ${each.step}`;
  const bad = trials.filter(({ problems }) => problems.length > 0).map(of);
  return [
    {
      what: "faults after which all was as it must be",
      value: well,
      unit: "",
      target: trials.length,
      atLeast: true,
      detail: bad.length === 0 ? `of ${trials.length}` : `of ${trials.length}; not: ${bad.join(", ")}`,
    },
    {
      what: "runs that succeeded despite their fault",
      value: trials.filter(({ run }) => run === "succeeded").length,
      unit: "",
      detail: `of ${trials.length}; the others failed by name`,
    },
  ];
}

async function writePage(trials: readonly Trial[]): Promise<void> {
  const page = join(checkout, "docs", "reference", "faults.md");
  const text = faultsPage(await readFile(page, "utf8"), trials, new Date().toISOString().slice(0, 10));
  await writeFile(page, await format(text, { ...(await resolveConfig(page)), filepath: page }));
}

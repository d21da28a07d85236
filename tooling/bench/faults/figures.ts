import { openLab } from "../../verify/suite/lab";
import { type Figure, shareOf } from "../figure";
import { findSmallDisk } from "./full/disk";
import { type Trial, unknown } from "./judgement";
import { requireKindCluster } from "./kill";
import { faultsPage, rewritePage } from "./page";
import { FAULTY_PARTS, type FaultSelection, type FaultyRun, faultyRuns, selectedFaults } from "./parts";
import { FaultRuns } from "./runs";
import { FaultTrials } from "./trial";

/** What is tried, how often, and whether the table in the documentation is to have it. */
export interface FaultOptions extends FaultSelection {
  readonly runs: number;
  readonly write: boolean;
}

const print = (line: string): void => console.error(line);

/**
 * Kills parts of the lab in the middle of runs, one after the other, and tells what came of each.
 *
 * @param signal Ends the trials. What was tried until then is told, and what was stopped is put back.
 * @throws NotStarted if the lab is not on the kind cluster, whose processes alone this machine can kill, or its disk is to be
 *   filled, and is also that of other things
 */
export async function faultFigures(options: FaultOptions, signal: AbortSignal): Promise<Figure[]> {
  requireKindCluster();
  const all = Array.from({ length: options.runs }, () => faultyRuns(selectedFaults(options))).flat();
  const disk = all.some(({ part }) => part === "disk") ? await findSmallDisk() : undefined;
  const lab = await openLab(print);
  const runs = new FaultRuns(lab, print, signal);
  const trials: Trial[] = [];
  const note = async (more: readonly Trial[]): Promise<void> => {
    for (const trial of more) print(`  ${textOf(trial)}`);
    trials.push(...more);
    if (options.write) await rewritePage((page, day) => faultsPage(page, trials, day));
  };
  try {
    // A fault can take staging away only where something serves.
    const first = (await lab.staging.served()) === undefined ? await runs.next() : [];
    if (first.length > 0) throw new Error(`nothing serves in staging, and ${first.join("; ")}`);
    const tried = new FaultTrials(lab, runs, disk, print, signal);
    await tryAll(all, { carryOut: (run) => tried.carryOut(run), note, report: print, signal });
    const after = signal.aborted ? [] : await runs.next();
    const last = after.length === 0 ? undefined : trials.pop();
    if (last !== undefined) await note([{ ...last, problems: [...last.problems, ...after] }]);
  } finally {
    await runs.remove();
    await lab.close();
  }
  return figuresOf(trials);
}

/** What is done for the trials. */
export interface Trying {
  /** @returns what came of each step that the run came to, or of all if it came to none */
  readonly carryOut: (run: FaultyRun) => Promise<readonly Trial[]>;
  /** Takes what came of the faults of a run. */
  readonly note: (trials: readonly Trial[]) => Promise<void>;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Tries all faults. One whose trial breaks off is noted as such, and the next one is tried. */
export async function tryAll(
  all: readonly FaultyRun[],
  { carryOut, note, report, signal }: Trying,
): Promise<void> {
  for (const [index, { part, steps }] of all.entries()) {
    let left = steps;
    while (left.length > 0) {
      report(`${index + 1} of ${all.length}: ${FAULTY_PARTS[part].title} in ${left.join(", ")}`);
      let tried: readonly Trial[];
      try {
        tried = await carryOut({ part, steps: left });
      } catch (error) {
        if (signal.aborted) return;
        tried = left.map((step) => unknown({ part, step }, error));
      }
      await note(tried);
      // Where the run ended early, another one comes to the other steps.
      left = left.filter((step) => !tried.some((each) => each.step === step));
    }
  }
}

/** What came of a fault, in a line. */
function textOf({ step, run, seconds, message, unanswered, problems }: Trial): string {
  const told = message === "" ? "" : ` (${message})`;
  const bad = problems.length === 0 ? "as it must be" : `NOT as it must be: ${problems.join("; ")}`;
  return `${step}: ${run}, the run took ${seconds} s${told}; staging did not answer ${unanswered} times; ${bad}`;
}

function figuresOf(trials: readonly Trial[]): Figure[] {
  const bad = trials.filter(({ problems }) => problems.length > 0);
  const names = bad.map(({ part, step }) => `${part} in ${step}`).join(", ");
  const of = `of ${trials.length}`;
  return [
    shareOf(
      "faults after which all was as it must be",
      trials.length - bad.length,
      trials.length,
      bad.length === 0 ? of : `${of}; not: ${names}`,
    ),
    {
      what: "faults that ended a run",
      value: trials.filter(({ run }) => run === "failed" || run === "not ended").length,
      unit: "",
      detail: of,
    },
  ];
}

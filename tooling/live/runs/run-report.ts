import type { CoreV1Api } from "@kubernetes/client-node";
import { reasonOf } from "../api-clients";
import { type Family, runsOf } from "../workflows/family";
import { hasLog, logOf } from "./logs";
import { type Products, productsOf, type Verdict, verdictOf } from "./outcome";
import { failedSteps, type RunStep, stepsOf } from "./run-steps";
import { nameOf } from "../workflows/workflow";

/** A step that is the reason for a failure. */
interface FailedStep {
  readonly run: string;
  readonly step: string;
  readonly message: string;
  /** The last lines of its log; `null` where there is none (any more). */
  readonly log: string | null;
}

/** All that is said of a run in the end; its form is what `--json` prints. */
export interface RunReport {
  readonly run: string;
  /** The runs that it started. */
  readonly children: readonly string[];
  readonly verdict: Verdict;
  readonly products: { readonly [Name in keyof Products]: string | null };
  readonly steps: readonly (Pick<RunStep, "run" | "name" | "phase"> & { readonly seconds: number | null })[];
  readonly failures: readonly FailedStep[];
}

/** Gathers what came of a run, with the logs of the steps that failed. */
export async function reportOf(family: Family, core: CoreV1Api): Promise<RunReport> {
  const verdict = verdictOf(family);
  const { run, children } = family;
  const products = Object.entries(productsOf(family)).map(([name, value]) => [name, value ?? null] as const);
  return {
    run: nameOf(run),
    children: children.map(nameOf),
    verdict,
    products: Object.fromEntries(products) as RunReport["products"],
    steps: runsOf(family)
      .flatMap((each) => stepsOf(each))
      .map(({ run, name, phase, seconds }) => ({ run, name, phase, seconds: seconds ?? null })),
    failures: verdict === "failed" ? await failuresOf(family, core) : [],
  };
}

async function failuresOf(family: Family, core: CoreV1Api): Promise<FailedStep[]> {
  const found: FailedStep[] = [];
  for (const step of failedSteps(family)) {
    const run = runsOf(family).find((each) => nameOf(each) === step.run);
    if (run === undefined) continue;
    const log = hasLog(step.node)
      ? await logOf(core, run, step.node).catch((error: unknown) => `not to be had: ${reasonOf(error)}`)
      : null;
    found.push({
      run: step.run,
      step: step.name,
      message: step.message ?? "no message",
      log: log === null ? null : log.trimEnd(),
    });
  }
  if (found.length > 0) return found;
  // A run can fail without a step of it: by its deadline, or because someone stopped it.
  const { run } = family;
  return [{ run: nameOf(run), step: "", message: run.status?.message ?? "no message", log: null }];
}

/** The ends of the logs of the steps that failed. */
export function textOfLogs({ failures }: Pick<RunReport, "failures">): string[] {
  return failures.flatMap(({ run, step, log }) => {
    const lines = (log ?? "").split("\n").filter((line) => line !== "");
    if (lines.length === 0) return [];
    return ["", `last lines of the log of step ${step} of ${run}:`, ...lines.map((line) => `  | ${line}`)];
  });
}

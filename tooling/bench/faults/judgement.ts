import { productsOf, standingOf, verdictOf } from "../../live/runs/outcome";
import { failedSteps } from "../../live/runs/run-steps";
import type { Family } from "../../live/workflows/family";
import { messageOf as textOf } from "../../support/errors";
import type { Watched } from "../../verify/clients/service-watch";
import { FAULTY_PARTS, type Fault, type Part, type PartName, type StepName } from "./parts";

/** What came of one fault. */
export interface Trial extends Fault {
  /**
   * How the run ended. `went on`: it came to the next fault. `not running then`: the part had no pod, and nothing was killed.
   * `not reached`: the run never was seen in the step. `not known`: the trial broke off.
   */
  readonly run:
    "succeeded" | "failed" | "went on" | "not running then" | "not ended" | "not reached" | "not known";
  /** From the run's submission to its end. */
  readonly seconds: number;
  /** What a run that did not succeed says. */
  readonly message: string;
  /** How many of the questions to staging, one in a second, got no answer. */
  readonly unanswered: number;
  /** What is not as it has to be; none if all is. */
  readonly problems: readonly string[];
}

/** A part that was killed, or full, in a step of a run. */
export interface Killed {
  readonly step: StepName;
  /** Whether it had a pod. */
  readonly ran: boolean;
  /** Why it was not killed. */
  readonly problem?: string;
  /** What was not as it has to be while it was full. @default nothing */
  readonly wrong?: readonly string[];
}

/** A run, and the steps in which a part was killed. */
export interface Observed {
  readonly part: PartName;
  /** In the order in which it was killed. */
  readonly killed: readonly Killed[];
  readonly family: Family;
  readonly seconds: number;
  /** What staging served before, in words. */
  readonly before: string;
  readonly watched: Watched;
}

/** What staging is to serve after a run, as the beginning of what `servedText` says: its own version, or what was before. */
export function dueIn({ family, before }: Pick<Observed, "family" | "before">): string {
  return verdictOf(family) === "succeeded" ? ownOf(family) : before;
}

const ownOf = (family: Family): string => `version ${productsOf(family).modelVersion ?? "none"} `;

/**
 * What came of each fault of a run. A run that does not succeed is the doing of the last one: after the others it went on.
 *
 * @param afterwards What was wrong after the run, whichever fault has caused it.
 */
export function trialsOf(observed: Observed, afterwards: readonly string[]): Trial[] {
  const { part, killed, family, seconds, watched } = observed;
  const message = verdictOf(family) === "succeeded" ? "" : messageOf(family);
  const common = [...stagingProblems(observed), ...afterwards];
  return killed.map((each, index) => {
    const isLast = index === killed.length - 1;
    const run = outcomeOf(family, each, isLast);
    const problems = [...ownProblems(observed, each, isLast), ...common];
    const own = run === "failed" || run === "not ended" ? message : "";
    return { part, step: each.step, run, seconds, message: own, unanswered: watched.unanswered, problems };
  });
}

function outcomeOf(family: Family, { ran, problem }: Killed, isLast: boolean): Trial["run"] {
  if (problem !== undefined) return "not known";
  const verdict = verdictOf(family);
  if (verdict === "running" && isLast) return "not ended";
  // A run that its model's tests have ended has failed here too: the model is a good one.
  if (verdict !== "succeeded" && isLast) return "failed";
  if (!ran) return "not running then";
  return verdict === "succeeded" ? "succeeded" : "went on";
}

function ownProblems(
  { part, family, seconds }: Observed,
  { ran, problem, wrong = [] }: Killed,
  isLast: boolean,
): string[] {
  const { title, named, full }: Part = FAULTY_PARTS[part];
  const verdict = verdictOf(family);
  const message = messageOf(family);
  const untried = `${title}${full === true ? "" : " was not killed"}`;
  const problems = [...(problem === undefined ? [] : [`${untried}: ${problem}`]), ...wrong];
  if (!isLast || verdict === "succeeded") return problems;
  if (verdict === "running") return [...problems, `the run had not ended after ${seconds} s: ${message}`];
  if (!ran) return [...problems, `the run failed, and nothing was killed: ${message}`];
  return named.test(message)
    ? problems
    : [...problems, `the run's message does not name ${title}: ${message}`];
}

function stagingProblems({ part, family, before, watched }: Observed): string[] {
  const strange = watched.answers.filter(
    (answer) => answer.startsWith("version ") && answer !== before && !answer.startsWith(ownOf(family)),
  );
  return [
    // One node alone: nothing answers while it starts.
    ...(part === "node" || watched.unanswered === 0
      ? []
      : [`staging did not answer ${watched.unanswered} times of ${watched.asked}`]),
    ...strange.map((answer) => `staging served what was neither before nor the run's: ${answer}`),
  ];
}

/** Faults that the run never came to. */
export function unreached({ part, family, seconds, watched }: Observed, steps: readonly StepName[]): Trial[] {
  const { unanswered } = watched;
  const message = messageOf(family);
  return steps.map((step) => {
    const problems = [`the run never was seen in ${step}: ${message}`];
    return { part, step, run: "not reached", seconds, message, unanswered, problems };
  });
}

/** A fault whose trial broke off. */
export function unknown(fault: Fault, error: unknown): Trial {
  return { ...fault, run: "not known", seconds: 0, message: "", unanswered: 0, problems: [textOf(error)] };
}

/** Why a run did not succeed: by its steps that failed, or else by where it stands. */
export function messageOf(family: Family): string {
  const failed = failedSteps(family).map(({ name, message = "" }) => `${name}: ${message}`);
  return failed.length === 0 ? standingOf(family) : failed.join("; ");
}

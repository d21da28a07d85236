import { productsOf, verdictOf } from "../../live/runs/outcome";
import { childrenOf, type Family } from "../../live/workflows/family";
import { nameOf, type Workflow } from "../../live/workflows/workflow";
import type { Watched } from "../../verify/clients/service-watch";
import { messageOf } from "../faults/judgement";
import { GAVE_WAY } from "../../live/runs/run-steps";
import { FAULTY_PARTS, type Part, type PartName } from "../faults/parts";
import { RETURN_SECONDS } from "../faults/runs";

/** The annotation with a submission's number. It finds the run where the API server did not return its name. */
export const SUBMISSION = "gourmetgram/submission";

/** A training that a student has submitted. */
export interface Submission {
  readonly number: number;
  readonly student: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The error of the API server, if the submission failed. */
  readonly refusal?: string;
}

/** A part that was to be killed. */
export interface SoakKill {
  readonly part: PartName;
  /** Whose it was; undefined for a part that all share. */
  readonly student: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether it had a pod. */
  readonly ran: boolean;
  /** Seconds until it was ready again; undefined for a part that runs only while it is needed. */
  readonly back?: number;
  /** What went wrong with it. */
  readonly problem?: string;
}

/** What is known of a student's runs afterwards. */
export interface Findings {
  /** All that have begun since the soak began, also those that others have started. */
  readonly families: readonly Family[];
  /** The versions of the model that each run has registered, by the run's name; undefined where MLflow did not answer. */
  readonly versions: ReadonlyMap<string, readonly string[]> | undefined;
  readonly kills: readonly SoakKill[];
  /** Whether all runs had the time to end. */
  readonly complete: boolean;
}

/**
 * `gave way`: its pod was ended for one of the class's base, which came back and has a higher priority. `no room`: its
 * build has waited in vain for a node that takes BuildKit. `under way`: it was not waited for, because the soak was ended.
 */
export const ALL_FATES = [
  "succeeded",
  "failed, the part named",
  "gave way",
  "no room",
  "refused",
  "deadline",
  "under way",
  "not accounted for",
] as const;
export type Fate = (typeof ALL_FATES)[number];

/** What became of a submission. */
export interface Accounted {
  readonly submission: Submission;
  readonly fate: Fate;
  /** What the run or the API server says, where it did not succeed. */
  readonly message: string;
  /** What is wrong; empty if nothing is. */
  readonly problems: readonly string[];
}

/** The runs that no other run has started, each with those that it has started. */
export function familiesIn(all: readonly Workflow[]): Family[] {
  const roots = all.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind !== "Workflow");
  return roots.map((run) => ({ run, children: childrenOf(run, all) }));
}

/** What became of a submission: its run has to exist once, and to end in a way that gives the reason. */
export function accountFor(submission: Submission, findings: Findings): Accounted {
  const { refusal, number } = submission;
  const copies = findings.families.filter(
    ({ run }) => run.metadata.annotations?.[SUBMISSION] === String(number),
  );
  const [family] = copies;
  const accounted = (fate: Fate, message: string, problems: readonly string[] = []): Accounted => ({
    submission,
    fate: problems.length === 0 ? fate : "not accounted for",
    message,
    problems,
  });
  if (refusal !== undefined && family === undefined) {
    return accounted("refused", refusal, QUOTA.test(refusal) ? [] : [`the submission failed: ${refusal}`]);
  }
  if (family === undefined) return accounted("not accounted for", "", ["the run does not exist any more"]);
  const problems = [
    ...(refusal === undefined ? [] : [`the submission failed, but the run exists: ${refusal}`]),
    ...(copies.length === 1 ? [] : [`the run exists ${copies.length} times`]),
    ...doubles(family, findings),
  ];
  const verdict = verdictOf(family);
  if (verdict === "succeeded") return accounted("succeeded", "", problems);
  const message = messageOf(family);
  const fate = fateOf(family, submission, findings, message);
  if (fate !== undefined) return accounted(fate, message, problems);
  const how =
    verdict === "running" ? "it has not ended" : "it failed, and its message names no part that was killed";
  return accounted("not accounted for", message, [...problems, `${how}: ${message}`]);
}

const QUOTA = /exceeded quota/;
/** Of the step that builds. */
const NO_ROOM = /BuildKit.*no node takes its pod/s;
/** Of Argo and of kubelet. "context deadline exceeded" is a request's, and lets nothing end as it has to. */
const DEADLINE = /exceeded (?:its|workflow) deadline|longer than the specified deadline/;

/** How a run that did not succeed has ended, if that is an allowed way; else undefined. */
function fateOf(
  family: Family,
  { student, at }: Submission,
  { kills, complete }: Findings,
  message: string,
): Fate | undefined {
  const verdict = verdictOf(family);
  if (verdict === "running") return complete ? undefined : "under way";
  // The accuracy gate must not stop a good model.
  if (verdict !== "failed") return undefined;
  const end = Date.parse(family.run.status?.finishedAt ?? "") || Number.POSITIVE_INFINITY;
  const isNear = ({ ran, at: killed }: SoakKill, since: number): boolean =>
    ran && killed <= end && killed + RETURN_SECONDS * 1000 >= since;
  const isNamed = (kill: SoakKill): boolean => {
    const { named }: Part = FAULTY_PARTS[kill.part];
    const concerns = kill.student === undefined || kill.student === student;
    return concerns && isNear(kill, at) && named.test(message);
  };
  if (kills.some(isNamed)) return "failed, the part named";
  const isOfBase = (kill: SoakKill): boolean => kill.student === undefined && isNear(kill, end);
  if (message.includes(GAVE_WAY) && kills.some(isOfBase)) return "gave way";
  if (NO_ROOM.test(message)) return "no room";
  if (QUOTA.test(message)) return "refused";
  return DEADLINE.test(message) ? "deadline" : undefined;
}

/** What a run has done twice, or has not done though it succeeded. */
function doubles(family: Family, { versions, complete }: Findings): string[] {
  const { run, children } = family;
  const own = versions?.get(nameOf(run)) ?? [];
  const has = verdictOf(family) === "succeeded" && versions !== undefined && complete;
  return [
    ...(children.length > 1 ? [`it has ${children.length} builds`] : []),
    ...(own.length > 1 ? [`it has registered the versions ${own.join(", ")}`] : []),
    ...(has && own.length === 0 ? ["MLflow has no version of it"] : []),
  ];
}

/**
 * What staging is to serve after all of them, as the beginning of what `servedText` says.
 *
 * @param before What it served before, in words.
 */
export function dueAfter(families: readonly Family[], before: string): string {
  const ended = ({ run }: Family): number => Date.parse(run.status?.finishedAt ?? "");
  const last = families
    .filter((family) => verdictOf(family) === "succeeded")
    .sort((a, b) => ended(a) - ended(b))
    .at(-1);
  return last === undefined ? before : versionText(last);
}

const versionText = (family: Family): string => `version ${productsOf(family).modelVersion ?? "none"} `;

/**
 * Whether staging served a version all the while that was tested, or that a run was testing. One question without an
 * answer is none: the port-forward by which it is asked ends with the pod that it leads to.
 */
export function stagingProblems(watched: Watched, families: readonly Family[], before: string): string[] {
  const known = [before, ...families.map(versionText)];
  const strange = watched.answers.filter(
    (answer) => answer.startsWith("version ") && !known.some((each) => answer.startsWith(each)),
  );
  return [
    ...(watched.inARow < 2 ? [] : [`staging did not answer ${watched.inARow} times in a row`]),
    ...strange.map((answer) => `staging served a version that no run has built: ${answer}`),
  ];
}

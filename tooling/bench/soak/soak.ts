import { setTimeout as delay } from "node:timers/promises";
import pMap from "p-map";
import pRetry from "p-retry";
import { reasonOf } from "../../live/api-clients";
import { isReady } from "../../live/objects/pods";
import { servedText } from "../../live/services/staging-service";
import { type Family, runsOf } from "../../live/workflows/family";
import { parametersOf } from "../../live/workflows/scenarios";
import { submission } from "../../live/workflows/submission";
import { isOver, nameOf } from "../../live/workflows/workflow";
import { messageOf } from "../../support/errors";
import { until } from "../../support/until";
import { watchWhile, type Watched } from "../../verify/clients/service-watch";
import { VERIFY_LABEL } from "../../verify/pods/verify-label";
import { disagreement } from "../faults/agreement";
import { kill, podsOfPart } from "../faults/kill";
import { FAULTY_PARTS, type Part, type PartName } from "../faults/parts";
import { RETURN_SECONDS } from "../faults/runs";
import {
  accountFor,
  type Accounted,
  dueAfter,
  familiesIn,
  type Findings,
  type SoakKill,
  stagingProblems,
  type Submission,
  SUBMISSION,
} from "./accounting";
import type { PlannedKill, PlannedSubmission, SoakPlan } from "./plan";
import { AT_A_TIME, type Soaking, type SoakStudent } from "./students";

/** Seconds after the last submission in which all runs have to have ended. */
const DRAIN_SECONDS = 1800;
/** Milliseconds from one look at the runs to the next. */
const PAUSE = 5000;

/** What a soak has shown of a student. */
export interface StudentResult {
  readonly student: string;
  readonly accounted: readonly Accounted[];
  readonly watched: Watched;
  /** What was wrong with staging and its aliases. */
  readonly staging: readonly string[];
  /** What was wrong with the next run; undefined where there was none, because the soak was ended. */
  readonly next: readonly string[] | undefined;
}

/** What a soak has shown. */
export interface SoakResult {
  readonly students: readonly StudentResult[];
  readonly kills: readonly SoakKill[];
}

/** What was there before. */
interface Before {
  readonly served: string;
  /** Uids of the runs. */
  readonly runs: ReadonlySet<string | undefined>;
}

/** Students who train while parts of their class are killed. */
export class Soak {
  private readonly submissions: Submission[] = [];
  private readonly kills: SoakKill[] = [];
  /** By the student's name. */
  private readonly before = new Map<string, Before>();

  constructor(
    private readonly students: readonly SoakStudent[],
    private readonly soaking: Soaking,
  ) {}

  /** Carries the plan out, waits for the runs, and accounts for each. After a signal, for what was seen until then. */
  async carryOut(plan: SoakPlan): Promise<SoakResult> {
    for (const student of this.students) this.before.set(student.name, await look(student));
    const work = this.disturb(plan);
    const watched = await Promise.all(
      this.students.map(async ({ lab }) => (await watchWhile(lab.staging, work)).watched),
    );
    const results: StudentResult[] = [];
    for (const [index, student] of this.students.entries()) {
      const seen = watched[index];
      if (seen !== undefined) results.push(await this.resultOf(student, seen));
    }
    return { students: await this.withNext(results), kills: this.kills };
  }

  private async resultOf(student: SoakStudent, watched: Watched): Promise<StudentResult> {
    const { report, signal } = this.soaking;
    const { served = "" } = this.before.get(student.name) ?? {};
    const families = await pRetry(() => this.familiesOf(student), { retries: 5 });
    const versions = await versionsOf(student).catch((error: unknown) => {
      report(`${student.name}: ${messageOf(error)}`);
      return undefined;
    });
    const findings: Findings = { families, versions, kills: this.kills, complete: !signal.aborted };
    const due = dueAfter(families, served);
    return {
      student: student.name,
      accounted: this.submissions
        .filter((each) => each.student === student.name)
        .map((each) => accountFor(each, findings)),
      watched,
      staging: [
        ...(versions === undefined && !signal.aborted ? ["MLflow did not list its versions"] : []),
        ...stagingProblems(watched, families, served),
        ...(await this.unlessEnded([], () => disagreement(student.lab, due, signal))),
      ],
      next: undefined,
    };
  }

  /** Has each student train once more. */
  private withNext(results: readonly StudentResult[]): Promise<StudentResult[]> {
    const withOne = async (result: StudentResult): Promise<StudentResult> => {
      const student = this.students.find(({ name }) => name === result.student);
      return { ...result, next: await this.unlessEnded(undefined, async () => student?.runs.next()) };
    };
    return pMap(results, withOne, { concurrency: AT_A_TIME });
  }

  /** Does something unless the soak has been ended, or is while it is done. */
  private async unlessEnded<T>(otherwise: T, work: () => Promise<T>): Promise<T> {
    const { signal } = this.soaking;
    if (signal.aborted) return otherwise;
    return work().catch((error: unknown) => {
      if (signal.aborted) return otherwise;
      throw error;
    });
  }

  /** The runs of a student that have begun since the soak began. */
  private async familiesOf({ name, lab }: SoakStudent): Promise<Family[]> {
    const { runs } = this.before.get(name) ?? {};
    const families = familiesIn(await lab.argo.workflows());
    return families.filter(({ run }) => runs?.has(run.metadata.uid) !== true);
  }

  /** Ends once the last run has, or with the signal. */
  private async disturb({ submissions, kills }: SoakPlan): Promise<void> {
    const begin = performance.now();
    const inTime = async <T extends { readonly at: number }>(
      all: readonly T[],
      carryOut: (each: T) => Promise<void>,
    ): Promise<void> => {
      const { signal } = this.soaking;
      for (const each of all) {
        const left = each.at * 1000 - (performance.now() - begin);
        await delay(Math.max(0, left), undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        await carryOut(each);
      }
    };
    await Promise.all([
      inTime(submissions, (each) => this.submit(each, submissions.length)),
      inTime(kills, (each) => this.kill(each)),
    ]);
    await this.untilOver();
  }

  private async submit({ student: name }: PlannedSubmission, all: number): Promise<void> {
    const { id, report } = this.soaking;
    const student = this.students.find((each) => each.name === name);
    if (student === undefined) throw new Error(`the plan names the unknown student ${name}`);
    const number = this.submissions.length + 1;
    const { train } = student.lab.outputs.workflowTemplates;
    const wanted = submission(train, { ...parametersOf("normal") }, { [VERIFY_LABEL]: id });
    const metadata = { ...wanted.metadata, annotations: { [SUBMISSION]: String(number) } };
    const at = Date.now();
    const line = `${clock()}  ${number} of ${all}: ${name}`;
    try {
      report(`${line} submits ${nameOf(await student.argo.createWorkflow({ ...wanted, metadata }))}`);
      this.submissions.push({ number, student: name, at });
    } catch (error) {
      const refusal = reasonOf(error);
      report(`${line} is refused: ${refusal}`);
      this.submissions.push({ number, student: name, at, refusal });
    }
  }

  /** Kills a part and waits until it is back. One that runs only while it is needed is killed where it does run. */
  private async kill({ part, student: name }: PlannedKill): Promise<void> {
    const { onDemand, title }: Part = FAULTY_PARTS[part];
    const first = this.students.filter((each) => each.name === name);
    const others = onDemand === true ? this.students.filter((each) => each.name !== name) : [];
    for (const student of [...first, ...others]) {
      const owner = isShared(part, student) ? undefined : student.name;
      const place = { part, student: owner, at: Date.now() };
      let ran = false;
      try {
        ran = await kill(part, student.lab);
        if (!ran) continue;
        this.soaking.report(`${clock()}  killed: ${title}${owner === undefined ? "" : ` of ${owner}`}`);
        const back = onDemand === true ? {} : { back: await this.untilBack(part, student) };
        this.kills.push({ ...place, ran, ...back });
      } catch (error) {
        if (this.soaking.signal.aborted) this.kills.push({ ...place, ran });
        else this.kills.push({ ...place, ran, problem: messageOf(error) });
      }
      return;
    }
    this.kills.push({ part, student: name, at: Date.now(), ran: false });
  }

  /** @returns seconds until a pod of the part was ready */
  private async untilBack(part: PartName, { lab }: SoakStudent): Promise<number> {
    const { of, title }: Part = FAULTY_PARTS[part];
    if (typeof of !== "function") throw new Error(`${title} has no pods that could be waited for`);
    const begin = performance.now();
    const isBack = async (): Promise<boolean> => {
      const pods = await podsOfPart(lab.cluster, of(lab.outputs));
      return pods.some((pod) => pod.metadata?.deletionTimestamp === undefined && isReady(pod));
    };
    const late = (): string => `${title} was not ready ${RETURN_SECONDS} s after it was killed`;
    await until(isBack, { seconds: RETURN_SECONDS, signal: this.soaking.signal, late });
    return Math.round((performance.now() - begin) / 1000);
  }

  /** Waits until all runs have ended, also those that others have started, and not for ever. */
  private async untilOver(): Promise<void> {
    const { report, signal } = this.soaking;
    let told = -1;
    const areOver = async (): Promise<boolean> => {
      const families = (await Promise.all(this.students.map((each) => this.familiesOf(each)))).flat();
      const left = families.filter((family) => !runsOf(family).every(isOver)).length;
      if (left !== told && left > 0) report(`${clock()}  ${left} runs are under way or wait for their turn`);
      told = left;
      return left === 0;
    };
    const waiting = { seconds: DRAIN_SECONDS, pauseMilliseconds: PAUSE, signal };
    // Those that have not ended then are told one by one.
    await until(() => areOver().catch(() => false), waiting).catch((error: unknown) => {
      if (!signal.aborted) report(messageOf(error));
    });
  }
}

/** The time of day, without the date. */
const clock = (): string => new Date().toTimeString().slice(0, 8);

async function look({ lab }: SoakStudent): Promise<Before> {
  const runs = await lab.argo.workflows();
  return {
    served: servedText(await lab.staging.served()),
    runs: new Set(runs.map(({ metadata }) => metadata.uid)),
  };
}

/** Whether a part is that of all students: one in a namespace that is not the student's. */
function isShared(part: PartName, { lab }: SoakStudent): boolean {
  const { of }: Part = FAULTY_PARTS[part];
  if (typeof of !== "function") return true;
  const { namespace, builder } = lab.outputs;
  return ![namespace, builder.namespace].includes(of(lab.outputs).namespace ?? "");
}

/** The versions of the model by the name of the run that has registered each. */
async function versionsOf({ lab }: SoakStudent): Promise<ReadonlyMap<string, readonly string[]>> {
  const { name, alias } = lab.outputs.registeredModel;
  const runs = new Map((await lab.mlflow.runs()).map(({ id, tags }) => [id, tags.get("workflow")]));
  const found = new Map<string, string[]>();
  for (const { version, runId } of (await lab.mlflow.registryState(name, alias)).versions) {
    const workflow = runs.get(runId ?? "");
    if (workflow === undefined) continue;
    found.set(workflow, [...(found.get(workflow) ?? []), String(version)]);
  }
  return found;
}

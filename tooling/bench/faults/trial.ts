import { setTimeout as delay } from "node:timers/promises";
import { NoSuchRun, type Family, runsOf } from "../../live/workflows/family";
import { failedSteps, type RunStep, stepsOf } from "../../live/runs/run-steps";
import { productsOf, standingOf, verdictOf } from "../../live/runs/outcome";
import { parametersOf } from "../../live/workflows/scenarios";
import { submission } from "../../live/workflows/submission";
import { nameOf } from "../../live/workflows/workflow";
import { waitForWorkloads } from "../../engine/cluster-access";
import { TimeOver, until } from "../../support/until";
import type { Lab } from "../../verify/suite/lab";
import { servedText } from "../../live/services/staging-service";
import { watchWhile } from "../../verify/clients/service-watch";
import { kill } from "./kill";
import { FullVolume } from "./full-volume";
import { FAULTY_PARTS, type Fault, type Part, type StepName } from "./parts";

/** What came of one fault. */
export interface Trial extends Fault {
  /** How the run ended; `not ended` after {@link RUN_SECONDS}, `not reached` if it never came to the step. */
  readonly run: "succeeded" | "failed" | "not ended" | "not reached";
  /** From its submission to its end. */
  readonly seconds: number;
  /** What a run that did not succeed says. */
  readonly message: string;
  /** How many of the questions to staging, one in a second, got no answer. */
  readonly unanswered: number;
  /** What is not as it has to be; none if all is. */
  readonly problems: readonly string[];
}

/** Seconds in which a run has to have ended, as those of the lab's deadlines are twice as many. */
const RUN_SECONDS = 900;
/** Seconds in which a killed part has to be back, and staging has to serve what it is to serve. */
const RETURN_SECONDS = 240;

/** Tries faults on one lab. */
export class FaultTrials {
  /** @param label Of the runs that are started, to remove them. */
  constructor(
    private readonly lab: Lab,
    private readonly label: Readonly<Record<string, string>>,
    private readonly report: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Starts a run, kills the part when the run is in the step, and looks at what comes of it. */
  async carryOut(fault: Fault): Promise<Trial> {
    const part: Part = FAULTY_PARTS[fault.part];
    await this.untilReady();
    if (part.full === undefined || typeof part.of !== "function")
      return this.observe(fault, () => Promise.resolve());
    const volume = new FullVolume(this.lab, part.of(this.lab.outputs), this.signal);
    try {
      this.report(`filling ${part.title}`);
      await volume.fill();
      await this.untilReady();
      return await this.observe(fault, () => volume.makeRoom());
    } finally {
      await volume.restore();
    }
  }

  /** @param recover Makes an end of what does not end by itself, before the next run. */
  private async observe(fault: Fault, recover: () => Promise<void>): Promise<Trial> {
    const part: Part = FAULTY_PARTS[fault.part];
    const before = servedText(await this.lab.staging.served());
    const begin = performance.now();
    let killing: Promise<void> | undefined;
    const { result: family, watched } = await watchWhile(
      this.lab.staging,
      this.train((now) => {
        const step = killing === undefined ? atStep(now, fault.step) : undefined;
        if (step === undefined) return;
        this.report(`${nameOf(now.run)} is in ${fault.step}: ${part.title}`);
        killing = part.full === undefined ? kill(fault.part, step, this.lab) : Promise.resolve();
        killing.catch(() => undefined);
      }),
    );
    const seconds = Math.round((performance.now() - begin) / 1000);
    await killing;
    await recover();
    const verdict = verdictOf(family);
    const run = verdict === "running" ? "not ended" : killing === undefined ? "not reached" : verdict;
    const message = verdict === "succeeded" ? "" : messageOf(family);
    const own = `version ${productsOf(family).modelVersion ?? "none"} `;
    const strange = watched.answers.filter(
      (answer) => answer.startsWith("version ") && answer !== before && !answer.startsWith(own),
    );
    const problems = [
      ...(run === "not ended" ? [`the run had not ended after ${RUN_SECONDS} s: ${message}`] : []),
      ...(run === "not reached" ? [`the run never was in ${fault.step}: ${message}`] : []),
      ...(verdict === "failed" && !part.named.test(message)
        ? [`the run's message does not name ${part.title}: ${message}`]
        : []),
      // One node alone: nothing answers while it starts.
      ...(fault.part === "node" || watched.unanswered === 0
        ? []
        : [`staging did not answer ${watched.unanswered} times of ${watched.asked}`]),
      ...strange.map((answer) => `staging served what was neither before nor the run's: ${answer}`),
      ...(await this.disagreement(verdict === "succeeded" ? own : before)),
      ...(verdict === "succeeded" ? [] : await this.nextRun()),
    ];
    return {
      ...fault,
      run: run === "stopped-by-gate" ? "failed" : run,
      seconds,
      message,
      unanswered: watched.unanswered,
      problems,
    };
  }

  /** Whether a run without a fault succeeds. @returns what is wrong */
  async nextRun(): Promise<string[]> {
    await this.untilReady();
    this.report("a run without a fault");
    const family = await this.train(() => undefined);
    return verdictOf(family) === "succeeded" ? [] : [`the next run did not succeed: ${messageOf(family)}`];
  }

  /** Waits until every part answers again. */
  private async untilReady(): Promise<void> {
    const { namespace, builder, staging } = this.lab.outputs;
    const namespaces = [namespace, builder.namespace, staging.namespace, "kube-system"];
    const ready = async (): Promise<boolean> => {
      await waitForWorkloads(namespaces, () => undefined);
      await this.lab.mlflow.requireHealth();
      return true;
    };
    await until(() => ready().catch(() => false), {
      seconds: RETURN_SECONDS,
      signal: this.signal,
      late: () => `the lab is not ready ${RETURN_SECONDS} s after a fault: npm run status`,
    });
  }

  /** Starts a run and follows it to its end, also while the API server is away. After {@link RUN_SECONDS} it is ended. */
  private async train(seen: (family: Family) => void): Promise<Family> {
    const { argo, outputs } = this.lab;
    const { train } = outputs.workflowTemplates;
    const workflow = submission(train, { ...parametersOf("normal") }, this.label);
    const name = nameOf(await argo.createWorkflow(workflow));
    const time = AbortSignal.timeout(RUN_SECONDS * 1000);
    const signal = AbortSignal.any([this.signal, time]);
    for (;;) {
      try {
        return await argo.follow(name, seen, signal);
      } catch (error) {
        this.signal.throwIfAborted();
        if (error instanceof NoSuchRun) throw error;
        if (time.aborted) break;
        await delay(2000);
      }
    }
    const family = await argo.family(name);
    await argo.terminate(name);
    return family;
  }

  /**
   * Waits until staging serves what it has to, and its alias and the note on its Deployment say the same.
   *
   * @param served What `servedText` of the right one begins with.
   * @returns what is wrong
   */
  private async disagreement(served: string): Promise<string[]> {
    const { staging, mlflow, outputs, cluster } = this.lab;
    const { name, stagingAlias } = outputs.registeredModel;
    const { namespace, deployment } = outputs.staging;
    let seen = "";
    const agree = async (): Promise<boolean> => {
      const now = await staging.version();
      const { alias } = await mlflow.registryState(name, stagingAlias);
      const { metadata } = await cluster.apps.readNamespacedDeployment({ namespace, name: deployment });
      const { modelVersion: tested } = JSON.parse(metadata?.annotations?.[TESTED] ?? "{}") as {
        modelVersion?: string;
      };
      seen = `${servedText(now)}; alias at ${alias ?? "none"}; tested ${tested ?? "none"}`;
      const all = [now.model_version, alias === undefined ? undefined : String(alias), tested];
      return servedText(now).startsWith(served) && new Set(all).size === 1;
    };
    try {
      await until(() => agree().catch(() => false), { seconds: RETURN_SECONDS, signal: this.signal });
      return [];
    } catch (error) {
      if (error instanceof TimeOver) return [`staging is to serve ${served.trim()}, and: ${seen}`];
      throw error;
    }
  }
}

/** The annotation of staging's Deployment with what passed its test last, as `release.py` of the pipeline writes it. */
const TESTED = "gourmetgram.dev/tested";

/** The step, once its own container runs; the first look at a short one may find it ended. */
export function atStep(family: Family, name: StepName): RunStep | undefined {
  return runsOf(family)
    .flatMap((run) => stepsOf(run))
    .find((step) => step.name === name && ["Running", "Succeeded"].includes(step.node.phase ?? ""));
}

/** Why a run did not succeed: by its steps that failed, or else by where it stands. */
function messageOf(family: Family): string {
  const failed = failedSteps(family).map(({ name, message = "" }) => `${name}: ${message}`);
  return failed.length === 0 ? standingOf(family) : failed.join("; ");
}

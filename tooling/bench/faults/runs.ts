import { setTimeout as delay } from "node:timers/promises";
import { waitForWorkloads } from "../../engine/cluster-access";
import { verdictOf } from "../../live/runs/outcome";
import { childrenOf, type Family, NoSuchRun } from "../../live/workflows/family";
import { parametersOf } from "../../live/workflows/scenarios";
import { submission } from "../../live/workflows/submission";
import { isOver, nameOf, type Workflow } from "../../live/workflows/workflow";
import { messageOf as textOf } from "../../support/errors";
import { until } from "../../support/until";
import { VERIFY_LABEL } from "../../verify/pods/verify-label";
import type { Lab } from "../../verify/suite/lab";
import { messageOf } from "./judgement";

/** Seconds in which a run has to have ended: the lab's own deadlines are longer, and a bench has many runs. */
export const RUN_SECONDS = 900;
/** Seconds in which a killed part has to be back. */
export const RETURN_SECONDS = 240;
/** Seconds in which a part has to be back that had no room: kubelet waits up to five minutes before it starts it again. */
export const ROOM_SECONDS = 420;
/** Seconds in which a run has to end that is told to, with what it does at its end. */
const END_SECONDS = 240;
/** Seconds that one look at a lab takes at most that is not ready. */
const LOOK_SECONDS = 30;

/** Starts the runs of the trials, and ends them. */
export class FaultRuns {
  constructor(
    private readonly lab: Pick<Lab, "id" | "outputs" | "cluster" | "argo" | "mlflow" | "runs">,
    private readonly report: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Waits until every part answers. @param seconds At most. @default those in which a killed part has to be back */
  async untilReady(seconds = RETURN_SECONDS): Promise<void> {
    const labelSelector = "app.kubernetes.io/part-of=gourmetgram";
    let missing = "";
    const ready = async (): Promise<boolean> => {
      const { items } = await this.lab.cluster.apps.listDeploymentForAllNamespaces({ labelSelector });
      const namespaces = [...new Set(items.map(({ metadata }) => metadata?.namespace ?? ""))];
      await waitForWorkloads(namespaces, () => undefined, LOOK_SECONDS);
      await this.lab.mlflow.requireHealth();
      return true;
    };
    const isReady = (): Promise<boolean> =>
      ready().catch((error: unknown) => {
        missing = textOf(error);
        return false;
      });
    await until(isReady, {
      seconds,
      signal: this.signal,
      late: () => `the lab is not ready after ${seconds} s: ${missing}`,
    });
  }

  /**
   * Starts a run and follows it to its end, also while the API server is away. After {@link RUN_SECONDS} it is ended, and
   * what is returned is from before that.
   */
  async train(seen: (family: Family) => void): Promise<Family> {
    const { argo, outputs, id } = this.lab;
    const { train } = outputs.workflowTemplates;
    const workflow = submission(train, { ...parametersOf("normal") }, { [VERIFY_LABEL]: id });
    const name = nameOf(await argo.createWorkflow(workflow));
    const time = AbortSignal.timeout(RUN_SECONDS * 1000);
    const signal = AbortSignal.any([this.signal, time]);
    while (!time.aborted) {
      try {
        return await argo.follow(name, seen, signal);
      } catch (error) {
        this.signal.throwIfAborted();
        if (error instanceof NoSuchRun) throw error;
        await delay(2000);
      }
    }
    const family = await until(() => argo.family(name).catch(() => undefined), {
      seconds: RETURN_SECONDS,
      signal: this.signal,
      late: () => `the API server does not say where the run ${name} is`,
    });
    await this.end();
    return family;
  }

  /** Whether a run without a fault succeeds. @returns what is wrong */
  async next(): Promise<string[]> {
    try {
      await this.untilReady();
      this.report("a run without a fault");
      const family = await this.train(() => undefined);
      const succeeded = verdictOf(family) === "succeeded";
      return succeeded ? [] : [`the next run did not succeed: ${messageOf(family)}`];
    } catch (error) {
      this.signal.throwIfAborted();
      return [`there was no next run: ${textOf(error)}`];
    }
  }

  /** Ends what is still under way of the runs, children first: a child that goes on would hold up the next run's. */
  private async end(): Promise<void> {
    const { argo } = this.lab;
    for (const run of await this.underWay()) await argo.stop(nameOf(run));
    await until(async () => (await this.underWay()).length === 0, {
      seconds: END_SECONDS,
      late: () => `runs of the bench have not ended ${END_SECONDS} s after they were told to`,
    });
  }

  private async underWay(): Promise<Workflow[]> {
    const { argo, id } = this.lab;
    const all = await argo.workflows();
    const own = all.filter(({ metadata }) => metadata.labels?.[VERIFY_LABEL] === id);
    return [...own.flatMap((run) => childrenOf(run, all)), ...own].filter((run) => !isOver(run));
  }

  /** Ends and removes all runs, also after a signal. */
  async remove(): Promise<void> {
    await this.end().catch((error: unknown) => this.report(textOf(error)));
    await this.lab.runs
      .remove(AbortSignal.timeout(END_SECONDS * 1000))
      .catch((error: unknown) => this.report(`the runs of the bench are not all removed: ${textOf(error)}`));
  }
}

import { verdictOf } from "../../live/runs/outcome";
import type { Family } from "../../live/workflows/family";
import { servedText } from "../../live/services/staging-service";
import { messageOf as textOf } from "../../support/errors";
import { TimeOver, until } from "../../support/until";
import { watchWhile } from "../../verify/clients/service-watch";
import { testedOf } from "../../verify/runs/lineage";
import { undisturbed } from "../../verify/runs/quiet";
import type { Lab } from "../../verify/suite/lab";
import { FullVolume } from "./full-volume";
import { dueIn, type Killed, type Observed, type Trial, trialsOf, unreached } from "./judgement";
import { kill } from "./kill";
import { FAULTY_PARTS, type FaultyRun, type Part, type PartName, type StepName } from "./parts";
import { type Place, placeOf } from "./place";
import { type FaultRuns, RETURN_SECONDS, ROOM_SECONDS } from "./runs";

/** Tries faults on one lab. */
export class FaultTrials {
  constructor(
    private readonly lab: Lab,
    private readonly runs: FaultRuns,
    private readonly report: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Starts a run, kills the part in each of the steps, and looks at what comes of it. Where somebody else's run comes in
   * between, as that of the schedule, it is done again.
   *
   * @returns what came of each step that the run came to, or of all if it came to none
   */
  async carryOut({ part, steps }: FaultyRun): Promise<Trial[]> {
    const { of, full, title }: Part = FAULTY_PARTS[part];
    await this.runs.untilReady();
    return undisturbed(this.lab, { progress: this.once(), signal: this.signal }, async () => {
      if (full === undefined || typeof of !== "function")
        return this.observe(part, steps, () => Promise.resolve());
      const { namespace = this.lab.outputs.namespace, ...pods } = of(this.lab.outputs);
      const volume = new FullVolume(this.lab, { ...pods, namespace });
      try {
        this.report(`filling ${title}`);
        await volume.shrink(this.signal);
        await this.runs.untilReady();
        await volume.fill();
        return await this.observe(part, steps, async () => {
          await volume.makeRoom();
          await this.runs.untilReady(ROOM_SECONDS);
        });
      } finally {
        await volume.restore();
      }
    });
  }

  /** @param recover Makes an end of what does not end by itself, before the next run. */
  private async observe(
    part: PartName,
    steps: readonly StepName[],
    recover: () => Promise<void>,
  ): Promise<Trial[]> {
    const { staging } = this.lab;
    const before = servedText(await staging.served());
    const begin = performance.now();
    const killed: Killed[] = [];
    const found = new Set<StepName>();
    let killing = Promise.resolve();
    const look = (now: Family): void => {
      for (const step of steps) {
        const place = found.has(step) ? undefined : placeOf(now, step);
        if (place === undefined) continue;
        found.add(step);
        killing = killing.then(async () => void killed.push(await this.killed(part, step, place)));
      }
    };
    const { result: family, watched } = await watchWhile(staging, this.runs.train(look));
    const seconds = Math.round((performance.now() - begin) / 1000);
    await killing;
    await recover();
    const observed: Observed = { part, killed, family, seconds, before, watched };
    if (killed.length === 0) return unreached(observed, steps);
    const disagreement = await this.disagreement(dueIn(observed));
    const next = verdictOf(family) === "succeeded" ? [] : await this.runs.next();
    return trialsOf(observed, [...disagreement, ...next]);
  }

  private async killed(part: PartName, step: StepName, place: Place): Promise<Killed> {
    const { full, title }: Part = FAULTY_PARTS[part];
    this.report(`  ${place.run} is in ${step}: ${title}`);
    if (full !== undefined) return { step, ran: true };
    try {
      return { step, ran: await kill(part, place, this.lab) };
    } catch (error) {
      return { step, ran: false, problem: textOf(error) };
    }
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
      const tested = testedOf(metadata)["modelVersion"];
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

  /** Reports a line that is said again and again only once. */
  private once(): (line: string) => void {
    let last = "";
    return (line) => {
      if (line !== last) this.report(line);
      last = line;
    };
  }
}

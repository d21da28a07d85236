import { verdictOf } from "../../live/runs/outcome";
import type { Family } from "../../live/workflows/family";
import { servedText } from "../../live/services/staging-service";
import { messageOf as textOf } from "../../support/errors";
import { watchWhile } from "../../verify/clients/service-watch";
import { undisturbed } from "../../verify/runs/quiet";
import type { Lab } from "../../verify/suite/lab";
import { disagreement } from "./agreement";
import { FullVolume } from "./full-volume";
import { dueIn, type Killed, type Observed, type Trial, trialsOf, unreached } from "./judgement";
import { kill } from "./kill";
import { FAULTY_PARTS, type FaultyRun, type Part, type PartName, type StepName } from "./parts";
import { type Place, placeOf } from "./place";
import { type FaultRuns, ROOM_SECONDS } from "./runs";

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
    const wrong = await disagreement(this.lab, dueIn(observed), this.signal);
    const next = verdictOf(family) === "succeeded" ? [] : await this.runs.next();
    return trialsOf(observed, [...wrong, ...next]);
  }

  private async killed(part: PartName, step: StepName, place: Place): Promise<Killed> {
    const { full, title }: Part = FAULTY_PARTS[part];
    this.report(`  ${place.run} is in ${step}: ${title}`);
    if (full !== undefined) return { step, ran: true };
    try {
      return { step, ran: await kill(part, this.lab, place) };
    } catch (error) {
      return { step, ran: false, problem: textOf(error) };
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

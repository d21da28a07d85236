import { verdictOf } from "../../live/runs/outcome";
import type { Family } from "../../live/workflows/family";
import { servedText } from "../../live/services/staging-service";
import { messageOf as textOf } from "../../support/errors";
import { watchWhile } from "../../verify/clients/service-watch";
import { undisturbed } from "../../verify/runs/quiet";
import type { Lab } from "../../verify/suite/lab";
import { disagreement } from "./agreement";
import { askWhatIsWrong } from "./full/asking";
import type { FullDisk } from "./full/disk";
import { Push } from "./full/push";
import { FullVolume } from "./full/volume";
import { dueIn, type Killed, type Observed, type Trial, trialsOf, unreached } from "./judgement";
import { kill } from "./kill";
import { FAULTY_PARTS, type FaultyRun, type Part, type Pods, type StepName } from "./parts";
import { type Place, placeOf } from "./place";
import { type FaultRuns, ROOM_SECONDS } from "./runs";

/** Seconds in which the node's disk is full, at least. */
const FULL_SECONDS = 60;

/** How a part is made to fail. */
interface Failing {
  /** Called once for each step, when the run is in it. An error is why nothing was done. */
  readonly strike: (step: StepName, place: Place) => Promise<Omit<Killed, "step">>;
  /** Makes an end of what does not end by itself, after the run and before the next one. @returns what is wrong then */
  readonly recover?: () => Promise<string[]>;
}

/** Tries faults on one lab. */
export class FaultTrials {
  /** @param disk Undefined where it is not to be filled. */
  constructor(
    private readonly lab: Lab,
    private readonly runs: FaultRuns,
    private readonly disk: FullDisk | undefined,
    private readonly report: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Starts a run, kills the part in each of the steps, and looks at what comes of it. Where somebody else's run comes in
   * between, as that of the schedule, it is done again.
   *
   * @returns what came of each step that the run came to, or of all if it came to none
   */
  async carryOut(faulty: FaultyRun): Promise<Trial[]> {
    const { part } = faulty;
    const { of, full }: Part = FAULTY_PARTS[part];
    await this.runs.untilReady();
    return undisturbed(this.lab, { progress: this.once(), signal: this.signal }, async () => {
      if (full !== true)
        return this.observe(faulty, {
          strike: async (_, place) => ({ ran: await kill(part, this.lab, place) }),
        });
      if (typeof of !== "function") return this.withFullDisk(faulty);
      const { namespace = this.lab.outputs.namespace, ...pods } = of(this.lab.outputs);
      const place = { ...pods, namespace };
      return part === "git-server-volume"
        ? Push.with(this.lab, (push) => this.withFullVolume(faulty, place, push))
        : this.withFullVolume(faulty, place);
    });
  }

  /** @param push Tried on the volume, too. */
  private async withFullVolume(
    faulty: FaultyRun,
    place: Pods & { readonly namespace: string },
    push?: Push,
  ): Promise<Trial[]> {
    const volume = new FullVolume(this.lab, place);
    try {
      this.report(`filling ${FAULTY_PARTS[faulty.part].title}`);
      await volume.shrink(this.signal);
      await this.runs.untilReady();
      await volume.fill();
      return await this.observe(faulty, {
        strike: async () => ({ ran: true, wrong: (await push?.refused()) ?? [] }),
        recover: async () => {
          await volume.makeRoom();
          await this.runs.untilReady(ROOM_SECONDS);
          return (await push?.passes()) ?? [];
        },
      });
    } finally {
      await volume.restore();
    }
  }

  private async withFullDisk(faulty: FaultyRun): Promise<Trial[]> {
    const { disk } = this;
    if (disk === undefined) throw new Error("the disk of the node has not been found");
    const ask = (): Promise<string[]> => askWhatIsWrong(this.signal);
    return this.observe(faulty, {
      strike: async () => ({ ran: true, wrong: await disk.whileFull(FULL_SECONDS, this.signal, ask) }),
      recover: async () => {
        await this.runs.untilReady(ROOM_SECONDS);
        return [];
      },
    });
  }

  private async observe({ part, steps }: FaultyRun, { strike, recover }: Failing): Promise<Trial[]> {
    const { staging } = this.lab;
    const before = servedText(await staging.served());
    const begin = performance.now();
    const killed: Killed[] = [];
    const found = new Set<StepName>();
    let killing = Promise.resolve();
    const struck = async (step: StepName, place: Place): Promise<void> => {
      this.report(`  ${place.run} is in ${step}: ${FAULTY_PARTS[part].title}`);
      const came = strike(step, place).catch((error: unknown) => ({ ran: false, problem: textOf(error) }));
      killed.push({ step, ...(await came) });
    };
    const look = (now: Family): void => {
      for (const step of steps) {
        const place = found.has(step) ? undefined : placeOf(now, step);
        if (place === undefined) continue;
        found.add(step);
        killing = killing.then(() => struck(step, place));
      }
    };
    // Also where the run is lost: nothing is full or half killed any more when the next thing is done.
    let seconds = 0;
    const run = this.runs.train(look).finally(() => {
      seconds = Math.round((performance.now() - begin) / 1000);
      return killing;
    });
    const { result: family, watched } = await watchWhile(staging, run);
    const amiss = (await recover?.()) ?? [];
    const observed: Observed = { part, killed, family, seconds, before, watched };
    if (killed.length === 0) return unreached(observed, steps);
    const wrong = await disagreement(this.lab, dueIn(observed), this.signal);
    const next = verdictOf(family) === "succeeded" ? [] : await this.runs.next();
    return trialsOf(observed, [...amiss, ...wrong, ...next]);
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

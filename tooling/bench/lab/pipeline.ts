import { randomBytes } from "node:crypto";
import type { V1Pod } from "@kubernetes/client-node";
import type { LabOutputs } from "../../../stacks";
import { findLab } from "../../engine/stack/live-lab";
import { Argo } from "../../live/workflows/argo";
import { type Cluster, clusterOf } from "../../live/api-clients";
import { type Family, runsOf } from "../../live/workflows/family";
import { productsOf, standingOf, verdictOf } from "../../live/runs/outcome";
import { parametersOf } from "../../live/workflows/scenarios";
import { type NewWorkflow, submission } from "../../live/workflows/submission";
import { podsByNode } from "../../live/runs/logs";
import { containersOf } from "../../live/runs/pod-containers";
import { stepsOf } from "../../live/runs/run-steps";
import { nameOf, nodesOf, stepOf, type Workflow } from "../../live/workflows/workflow";
import { costsOf, covered, type StepCosts, type StepTimes } from "./container-times";
import { type Samples, summarise } from "../samples";

/** How long the way of a model to staging is, in seconds unless said otherwise. */
export interface PipelineTimes {
  /** From the submission until the new version serves in staging, proved by staging's test. */
  readonly whole: Samples;
  /** From the submission until the run has ended. */
  readonly ended: Samples;
  /** In the steps' own containers. */
  readonly own: Samples;
  /** What the rest of the whole is of the containers' own time, in per cent. */
  readonly overhead: Samples;
  /** What the rest is of the whole, in per cent. */
  readonly share: Samples;
  /** From the end of the last of these containers until the whole is over. */
  readonly closing: Samples;
  /** Where the rest goes, in the order in which the steps begin. */
  readonly steps: readonly StepSamples[];
  /** The building of the image, of a version that was built before, by what Argo says. */
  readonly rebuild: Samples;
  /** The same by what the kubelet says. */
  readonly rebuildOwn: Samples;
}

/** The costs of a step over all runs. */
export interface StepSamples {
  readonly name: string;
  readonly handover: Samples;
  readonly startUp: Samples;
  readonly own: Samples;
}

/** What one training run took. */
interface Trained {
  readonly whole: number;
  readonly ended: number;
  readonly own: number;
  readonly closing: number;
  readonly steps: readonly StepCosts[];
}

/** How the runs of a measurement are found, to remove them. */
const LABEL = "gourmetgram/bench";
/** Longer than any sound run of the pipeline. */
const TIMEOUT = 900_000;
/** Argo's own template that creates the child and waits for it: its time is the child's. */
const WAITING_TEMPLATE = "trigger-build";

/**
 * Trains and releases a model, and builds the same version again, so many times, one after the other. The runs are
 * removed afterwards; the versions of the model stay, and the last one serves in staging.
 *
 * @param report Takes what goes on.
 * @throws Error if no lab is in reach, or if a run does not succeed; then the runs stay, to be looked at
 */
export async function measurePipeline(runs: number, report: (line: string) => void): Promise<PipelineTimes> {
  const { outputs, config } = await findLab();
  const cluster = clusterOf(config);
  const bench = new PipelineBench(cluster, outputs);
  const trained: Trained[] = [];
  const rebuilt: { step: number; own: number }[] = [];
  for (let turn = 1; turn <= runs; turn += 1) {
    report(`pipeline, ${turn} of ${runs}: training and release`);
    const { version, ...times } = await bench.train();
    trained.push(times);
    report(`pipeline, ${turn} of ${runs}: build of version ${version} again`);
    rebuilt.push(await bench.rebuild(version));
  }
  await bench.remove();
  const over = (pick: (run: Trained) => number): Samples => summarise(trained.map(pick));
  return {
    whole: over(({ whole }) => whole),
    ended: over(({ ended }) => ended),
    own: over(({ own }) => own),
    overhead: over(({ whole, own }) => ((whole - own) / own) * 100),
    share: over(({ whole, own }) => ((whole - own) / whole) * 100),
    closing: over(({ closing }) => closing),
    steps: stepSamples(trained.flatMap(({ steps }) => steps)),
    rebuild: summarise(rebuilt.map(({ step }) => step)),
    rebuildOwn: summarise(rebuilt.map(({ own }) => own)),
  };
}

function stepSamples(all: readonly StepCosts[]): StepSamples[] {
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const costs = all.filter((step) => step.name === name);
    return {
      name,
      handover: summarise(costs.map(({ handover }) => handover)),
      startUp: summarise(costs.map(({ startUp }) => startUp)),
      own: summarise(costs.map(({ own }) => own)),
    };
  });
}

/** Starts the runs of one measurement, and takes their times. */
class PipelineBench {
  private readonly argo: Argo;
  private readonly label = { [LABEL]: randomBytes(4).toString("hex") };

  constructor(
    private readonly cluster: Cluster,
    private readonly outputs: LabOutputs,
  ) {
    this.argo = new Argo(cluster, outputs.namespace);
  }

  async train(): Promise<Trained & { version: string }> {
    const { train } = this.outputs.workflowTemplates;
    const { family, whole, ended } = await this.carryOut(
      submission(train, { ...parametersOf("normal") }, this.label),
    );
    const version = productsOf(family).modelVersion;
    if (version === undefined) throw new Error(`${nameOf(family.run)} has registered no version`);
    const steps = (await Promise.all(runsOf(family).map((run) => this.stepTimes(run)))).flat();
    const submitted = seconds(family.run.metadata.creationTimestamp);
    const closing = submitted + whole - Math.max(...steps.map(({ end }) => end));
    return { version, whole, ended, own: covered(steps), closing, steps: costsOf(steps, submitted) };
  }

  async rebuild(version: string): Promise<{ step: number; own: number }> {
    const { build } = this.outputs.workflowTemplates;
    const { family } = await this.carryOut(submission(build, { "model-version": version }, this.label));
    const step = stepsOf(family.run).find(({ name }) => name === "build-image")?.seconds ?? Number.NaN;
    const steps = await this.stepTimes(family.run);
    return { step, own: covered(steps.filter(({ name }) => name === "build-image")) };
  }

  /** Removes the runs with their children and pods. */
  async remove(): Promise<void> {
    await this.argo.deleteWorkflows(Object.entries(this.label).flat().join("="));
  }

  /** Carries out a run, and takes the time until staging's test has succeeded, and until all is over. */
  private async carryOut(workflow: NewWorkflow): Promise<{ family: Family; whole: number; ended: number }> {
    const begin = performance.now();
    const since = (): number => (performance.now() - begin) / 1000;
    const name = nameOf(await this.argo.createWorkflow(workflow));
    let whole: number | undefined;
    const family = await this.argo.follow(
      name,
      (now) => {
        const tested = runsOf(now).some((run) => stepOf(run, "test-staging")?.phase === "Succeeded");
        if (tested) whole ??= since();
      },
      AbortSignal.timeout(TIMEOUT),
    );
    const ended = since();
    if (verdictOf(family) !== "succeeded" || whole === undefined) {
      throw new Error(`no figures, since a run did not succeed: ${standingOf(family)}`);
    }
    return { family, whole, ended };
  }

  /** When the steps' own containers worked, failed attempts included, by what the kubelet says: in whole seconds. */
  private async stepTimes(run: Workflow): Promise<StepTimes[]> {
    const pods = await podsByNode(this.cluster.core, this.outputs.namespace, nameOf(run));
    const nodes = nodesOf(run);
    return nodes
      .filter(({ type, templateName }) => type === "Pod" && templateName !== WAITING_TEMPLATE)
      .flatMap((node) => {
        const step = node.templateName ?? node.displayName;
        const pod = pods.get(node.id);
        const containers = containersOf(node, nodes).map((each) => ({
          container: each.node.displayName,
          after: each.after.map(({ displayName }) => displayName),
        }));
        return (containers.length === 0 ? [{ container: "main", after: [] }] : containers).map((each) => {
          const name = each.container === "main" ? step : each.container;
          const span = pod === undefined ? undefined : spanOf(pod, each.container, each.after);
          if (span === undefined) throw new Error(`the pod of ${name} of ${nameOf(run)} is gone`);
          return { name, ...span };
        });
      });
  }
}

/** When a container of a pod worked. One that waits for others is created with its pod, and counts from their end. */
function spanOf(
  { metadata, status }: V1Pod,
  container: string,
  after: readonly string[],
): Omit<StepTimes, "name"> | undefined {
  const ended = (of: string) => status?.containerStatuses?.find(({ name }) => name === of)?.state?.terminated;
  const own = ended(container);
  if (own?.startedAt === undefined || own.finishedAt === undefined) return undefined;
  const before = after.map((each) => seconds(ended(each)?.finishedAt));
  return {
    created: Math.max(seconds(metadata?.creationTimestamp), ...before),
    start: Math.max(seconds(own.startedAt), ...before),
    end: seconds(own.finishedAt),
  };
}

/** Seconds since 1970; NaN where no time is known. */
function seconds(time: Date | string | undefined): number {
  return time === undefined ? Number.NaN : new Date(time).getTime() / 1000;
}

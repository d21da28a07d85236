import { findLab, type LiveLab } from "../../../engine/stack/live-lab";
import { Argo } from "../../../live/workflows/argo";
import { type Cluster, clusterOf, reasonOf } from "../../../live/api-clients";
import { type Display, displayFor, silentDisplay } from "../../../live/runs/run-display";
import { type Family, NoSuchRun } from "../../../live/workflows/family";
import { reportOf, textOfLogs } from "../../../live/runs/run-report";
import type { ScenarioName } from "../../../live/workflows/scenarios";
import { trainingOf } from "../../../live/workflows/training";
import { nameOf } from "../../../live/workflows/workflow";
import { beforeStart } from "../../../support/errors";
import { interruption } from "../../../support/interruption";
import { isJson, tellData } from "../../../support/output";
import { lookUp } from "./last-delivery";

export const TRAIN_EXIT = { succeeded: 0, running: 0, failed: 1, "stopped-by-gate": 3 } as const;
/** The following ended before the run did. */
const OUT_OF_TIME = 4;

export interface TrainOptions {
  scenario: ScenarioName;
  accuracy?: string;
  /** Branch of the training code; its newest commit trains. */
  branch?: string;
  /** Commit of the training code, in full. */
  commit?: string;
  /** Name of a run that goes on already; true where a new one is followed, false where none is. */
  follow: string | boolean;
  timeout?: number;
}

/** Submits a run, or takes up one, and follows it to its end. */
export async function train(options: TrainOptions): Promise<void> {
  tellData({ run: null, verdict: null });
  const followed = await beforeStart(() => begin(options));
  if (options.follow === false) {
    tellData({ run: followed.name, verdict: "running" });
    console.log(`${followed.name} is submitted. Follow it:\n  ${again(followed.name)}`);
    return;
  }
  await follow(followed, options, isJson() ? silentDisplay : displayFor(process.stdout));
}

/** A run, and what it is looked at with. */
interface Followed {
  readonly name: string;
  readonly lab: LiveLab;
  readonly cluster: Cluster;
  readonly argo: Argo;
}

async function begin({ scenario, accuracy, branch, commit, follow }: TrainOptions): Promise<Followed> {
  const lab = await findLab();
  const cluster = clusterOf(lab.config);
  const argo = new Argo(cluster, lab.outputs.namespace);
  if (typeof follow === "string") {
    await argo.family(follow);
    return { name: follow, lab, cluster, argo };
  }
  const code = { ...(branch === undefined ? {} : { branch }), ...(commit === undefined ? {} : { commit }) };
  const { train: template } = lab.outputs.workflowTemplates;
  const run = await argo
    .createWorkflow(trainingOf(template, scenario, { accuracy, code }))
    .catch((error: unknown) => {
      throw new Error(`the run could not be submitted: ${reasonOf(error)}`);
    });
  return { name: nameOf(run), lab, cluster, argo };
}

async function follow(followed: Followed, options: TrainOptions, display: Display): Promise<void> {
  const { name, argo, cluster, lab } = followed;
  const outOfTime = options.timeout === undefined ? [] : [AbortSignal.timeout(options.timeout * 1000)];
  let family: Family;
  try {
    family = await argo.follow(name, display.show, AbortSignal.any([interruption, ...outOfTime]));
  } catch (error) {
    await display.end();
    const timedOut = outOfTime.some(({ aborted }) => aborted);
    if (!interruption.aborted && !timedOut) throw named(error);
    tellData({ run: name, verdict: "running" });
    console.error(`\n${name} continues. Follow it again:\n  ${again(name)}`);
    if (!timedOut) throw error;
    process.exitCode = OUT_OF_TIME;
    return;
  }
  await display.end();
  const [report, { delivery, text }] = await Promise.all([
    reportOf(family, cluster.core),
    lookUp(lab.outputs, () => Promise.resolve(cluster), family),
  ]);
  process.exitCode = TRAIN_EXIT[report.verdict];
  tellData({ ...report, delivery });
  console.log(["", text, ...textOfLogs(report)].join("\n"));
}

function again(name: string): string {
  return `npm run train -- --follow ${name}`;
}

function named(error: unknown): Error {
  return error instanceof NoSuchRun ? error : new Error(`the run cannot be followed: ${reasonOf(error)}`);
}

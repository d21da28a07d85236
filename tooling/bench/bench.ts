import { stackName } from "../engine/stack/stack-settings";
import { foundIn } from "../engine/answer";
import { stackOutputs } from "../engine/stack/stack";
import { readTimings, UP_KINDS } from "../machine/steps/timings";
import { clusterTitle } from "../cluster/embedded-lab";
import { finishing, interruption } from "../support/interruption";
import { tellData } from "../support/output";
import { classFigures } from "./class/figures";
import { faultFigures } from "./faults/figures";
import { interruptedFigures } from "./faults/interrupted/figures";
import type { FaultSelection, Interrupted } from "./faults/parts";
import { type Figure, medianOf, rounded, spread, verdictOn } from "./figure";
import { isMlflow, labMemory } from "./lab/memory";
import { measurePipeline } from "./lab/pipeline";
import { measureFiles, measureProof } from "./proof";
import { type Part, PARTS } from "./parts";
import { measurePreview } from "./lab/preview";
import { type Samples } from "./samples";
import { soakFigures } from "./soak/figures";

/** How long `up` took when it last did each kind of work, as it recorded itself. */
function setUpTimes(): Figure[] {
  const timings = readTimings();
  const newest = (what: string): Figure[] => {
    const found = timings.filter((timing) => timing.what === what).at(-1);
    if (found === undefined) return [];
    const kind = Object.values(UP_KINDS).find(({ title }) => title === what);
    const target = what === clusterTitle ? CLUSTER_MINUTES : kind?.targetMinutes;
    const value = Math.round(found.seconds / 6) / 10;
    return [{ what, value, unit: "min", detail: found.at, ...(target === undefined ? {} : { target }) }];
  };
  const steps = [...new Set(timings.map(({ what }) => what))].filter((what) => !what.startsWith("up "));
  return [...Object.values(UP_KINDS).flatMap(({ title }) => newest(title)), ...steps.flatMap(newest)];
}

/** The target for the cluster alone, its images present. */
const CLUSTER_MINUTES = 0.75;

const seconds = (samples: Samples): string => spread(samples, "s");

async function previewTimes(runs: number): Promise<Figure[]> {
  const { stack, empty, emptyScript, kubectl } = await measurePreview(runs);
  const against = (what: string, floor: Samples): Figure => ({
    what: `unchanged preview against ${what}`,
    value: rounded(stack.median / floor.median, 2),
    unit: "times",
    detail: `${seconds(stack)}; floor ${seconds(floor)}`,
  });
  return [
    { ...against("an empty program's", empty), target: 1.5 },
    // The program starts without Pulumi's TypeScript, so this floor is the harder one.
    against("an empty plain one's", emptyScript),
    ...(kubectl === undefined ? [] : [against("kubectl's dry run", kubectl)]),
  ];
}

async function proofTimes(runs: number): Promise<Figure[]> {
  const { templates, proof, ratio } = await measureProof(runs);
  const detail = `${seconds(proof)}; ${Math.round(ratio)} times a JSON round trip of the same objects`;
  const value = rounded(proof.median, 2);
  const files = await measureFiles(runs);
  return [
    { what: `proof of ${templates} workflow templates`, value, unit: "s", target: 1, detail },
    {
      what: "lint of 1193 files",
      value: rounded(files.median, 1),
      unit: "s",
      target: 10,
      detail: `${seconds(files)}; ten templates each`,
    },
  ];
}

async function memory(): Promise<Figure[]> {
  if (process.platform !== "linux") {
    console.error("memory is not measured: the nodes' processes are those of Docker's virtual machine");
    return [];
  }
  const found = await labMemory();
  if (found === undefined) return [];
  const detail = "sum of proportional set sizes";
  return [
    { what: "idle lab, control plane included", value: found.lab, unit: "MiB", target: 2253, detail },
    { what: "MLflow", value: found.pods(isMlflow), unit: "MiB", target: 600, detail },
  ];
}

async function pipelineTimes(runs: number): Promise<Figure[]> {
  const times = await measurePipeline(runs, (line) => console.error(line));
  const { whole, ended, own, overhead, share, closing, steps, rebuild, rebuildOwn } = times;
  return [
    { ...medianOf("submission until the new version serves", whole, "s", 1), target: 60 },
    medianOf("submission until the run has ended", ended, "s", 1),
    medianOf("in the steps' own containers", own, "s", 0),
    { ...medianOf("outside of them, over their time", overhead, "%", 0), target: 25 },
    medianOf("outside of them, of the whole", share, "%", 0),
    ...steps.map((step) => ({
      what: `before the container of ${step.name}`,
      value: step.handover.median + step.startUp.median,
      unit: "s",
      detail:
        `until its pod is created ${step.handover.median} s, then until it runs ${step.startUp.median} s; ` +
        `its own time ${spread(step.own, "s", 0)}`,
    })),
    medianOf("from test-staging's end until Argo knows it", closing, "s", 1),
    {
      ...medianOf("build of the same image from the cache", rebuild, "s", 0),
      target: 20,
      detail: `${spread(rebuild, "s", 0)}; its container ${spread(rebuildOwn, "s", 0)}`,
    },
  ];
}

/** Not measured unless asked for: they need the cluster for themselves, for 20 minutes and more. */
const ON_REQUEST: readonly Part[] = ["class", "faults", "soak"];

/** The parts that need the stack to be up. */
const NEEDS_STACK: readonly Part[] = ["preview", "pipeline", "faults"];

export interface BenchOptions extends FaultSelection {
  runs?: number;
  only?: Part[];
  write?: boolean;
  interrupt?: Interrupted;
  minutes?: number;
  trainings?: number;
  students?: number;
  seed?: number;
}

/** Prints how fast and how large the lab is, beside the targets. */
export async function bench({
  runs,
  only,
  write = false,
  interrupt,
  minutes,
  trainings,
  students,
  seed,
  ...faults
}: BenchOptions): Promise<void> {
  const measure: Record<Part, () => Figure[] | Promise<Figure[]>> = {
    up: setUpTimes,
    memory,
    proof: () => proofTimes(runs ?? 5),
    preview: () => previewTimes(runs ?? 5),
    pipeline: () => pipelineTimes(runs ?? 3),
    class: () => classFigures({ write }, interruption),
    // What was stopped is put back after a signal too.
    faults: () =>
      finishing(() =>
        interrupt === undefined
          ? faultFigures({ ...faults, runs: runs ?? 1, write }, interruption)
          : interruptedFigures({ command: interrupt, runs: runs ?? 4, write }, interruption),
      ),
    soak: () => finishing(() => soakFigures({ minutes, trainings, students, seed, write }, interruption)),
  };
  const wanted = PARTS.filter((part) => only?.includes(part) ?? !ON_REQUEST.includes(part));
  const needsStack = (part: Part): boolean =>
    NEEDS_STACK.includes(part) && !(part === "faults" && interrupt === "class");
  const left = wanted.filter(needsStack);
  const isUp =
    left.length === 0 || foundIn(await stackOutputs(), `the stack ${stackName}`)?.["namespace"] !== undefined;
  if (!isUp) console.error(`stack ${stackName} is not up: no ${left.join(", no ")} is measured (npm run up)`);
  const figures: Figure[] = [];
  for (const part of wanted) {
    if (isUp || !needsStack(part)) figures.push(...(await measure[part]()));
  }
  tellData({ figures });
  for (const figure of figures) {
    const { what, value, unit, detail } = figure;
    console.log(
      `${what.padEnd(46)} ${`${value} ${unit}`.padStart(10)}  ${verdictOn(figure).padEnd(26)} ${detail ?? ""}`,
    );
  }
}

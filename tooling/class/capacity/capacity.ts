/** What the parts of a class ask for, against what the cluster has. */
import { bytesText, coresText } from "../../../components/kubernetes";
import type { LabOutputs } from "../../../stacks";

type Amount = LabOutputs["footprint"]["services"];

/** What one stack asks for, as its output `footprint` says it. */
export interface Footprint extends Pick<LabOutputs["footprint"], "services" | "limits" | "volumes" | "pods"> {
  /** Requests of the pods that one training run has at the same time. */
  readonly run: Amount;
}

/** What a cluster has left for a class. */
export interface Capacity extends Amount {
  readonly pods: number;
}

/** What the whole class asks for; of runs, the largest. */
export interface ClassFootprint extends Footprint {
  readonly stacks: number;
  /** How many of the largest runs have room at the same time beside all services; undefined if the room is unknown. */
  readonly runsAtOnce?: number;
  /** What is too much, with the figures. Empty if the class fits. */
  readonly problems: readonly string[];
}

const none: Amount = { cpu: 0, memory: 0 };
const sum = (a: Amount, b: Amount): Amount => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory });

/**
 * Sums what the stacks ask for. The class fits if all that runs all the time has room, and one training run beside it:
 * runs that find no room wait for it.
 *
 * @param capacity What the cluster has for the class. @default unknown, so that nothing is too much
 */
export function sumFootprints(footprints: readonly Footprint[], capacity?: Capacity): ClassFootprint {
  const total = {
    stacks: footprints.length,
    services: footprints.map((each) => each.services).reduce(sum, none),
    limits: footprints.map((each) => each.limits).reduce(sum, none),
    volumes: footprints.reduce((bytes, each) => bytes + each.volumes, 0),
    pods: footprints.reduce((count, each) => count + each.pods, 0),
    run: {
      cpu: Math.max(0, ...footprints.map((each) => each.run.cpu)),
      memory: Math.max(0, ...footprints.map((each) => each.run.memory)),
    },
  };
  if (capacity === undefined) return { ...total, problems: [] };
  const left: Amount = {
    cpu: capacity.cpu - total.services.cpu,
    memory: capacity.memory - total.services.memory,
  };
  const times = (has: number, wanted: number): number =>
    wanted === 0 ? Number.MAX_SAFE_INTEGER : Math.max(0, Math.floor(has / wanted + 1e-9));
  const runsAtOnce = Math.min(times(left.cpu, total.run.cpu), times(left.memory, total.run.memory));
  const needed = sum(total.services, total.run);
  const problems = [
    needed.cpu > capacity.cpu + 1e-9
      ? `${coresText(needed.cpu)} needed, ${coresText(total.run.cpu)} of it for one run; ${coresText(capacity.cpu)} free`
      : "",
    needed.memory > capacity.memory
      ? `${bytesText(needed.memory)} of memory needed, ${bytesText(total.run.memory)} of it for one run; ` +
        `${bytesText(capacity.memory)} free`
      : "",
    total.pods + 1 > capacity.pods
      ? `${total.pods} pods needed, and one for a run; ${capacity.pods} free`
      : "",
  ].filter((each) => each !== "");
  return { ...total, runsAtOnce, problems };
}

/** What the class asks for, in a few lines. */
export function footprintText(found: ClassFootprint, capacity: Capacity | undefined): string {
  const { services, run, volumes, pods, stacks, runsAtOnce } = found;
  const students = `${stacks} ${stacks === 1 ? "stack" : "stacks"}`;
  const lines = [
    `${students}: ${coresText(services.cpu)} and ${bytesText(services.memory)} requested by ${pods} pods that run all the time`,
    `volumes: ${bytesText(volumes)}; one training run: ${coresText(run.cpu)} and ${bytesText(run.memory)}`,
    capacity === undefined
      ? "the cluster does not answer, so what it has left is not known"
      : `free for the class: ${coresText(capacity.cpu)}, ${bytesText(capacity.memory)}, ${capacity.pods} pods; ` +
        `runs at the same time: ${runsAtOnce ?? 0}`,
  ];
  return [...lines, ...found.problems.map((each) => `too much: ${each}`)].join("\n");
}

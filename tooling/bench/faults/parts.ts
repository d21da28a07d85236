import type { LabOutputs } from "../../../stacks";
import type { Workload } from "../../verify/pods/workloads";

/** Where the pods of a part are. */
export interface Pods {
  /** @default Deployment */
  readonly kind?: Workload["kind"];
  /** @default wherever it is: Argo has a namespace that outputs do not name */
  readonly namespace?: string;
  /** Of the workload, and value of its pods' label `app.kubernetes.io/name`. */
  readonly name: string;
}

/** A part of the lab that is killed while a run is under way, or whose volume is full from before it. */
export interface Part {
  readonly title: string;
  /** What the message of a run has that fails because of it. */
  readonly named: RegExp;
  /** Its pods, or what else is killed. */
  readonly of: ((outputs: LabOutputs) => Pods) | "step" | "node";
  /** The steps in which it can fail. @default each */
  readonly steps?: readonly StepName[];
  /** Whether it has no pod while it is not needed. */
  readonly onDemand?: true;
  /** Whether its volume, or the node's disk, is full instead of it being killed. */
  readonly full?: true;
  /** Whether it is tried only where it is asked for by its name: it needs more than a lab. */
  readonly onRequest?: true;
}

/** The steps in which a part is killed, in the order in which they run; `clone` and `download-model` run side by side. */
export const FAULTY_STEPS = [
  "run-training",
  "clone",
  "download-model",
  "build-image",
  "deploy-to-staging",
  "test-staging",
] as const;
export type StepName = (typeof FAULTY_STEPS)[number];

const inNamespace =
  (name: string, kind: Workload["kind"] = "Deployment") =>
  ({ namespace }: LabOutputs): Pods => ({ kind, namespace, name });

const MLFLOW = inNamespace("mlflow");
const POSTGRES = inNamespace("mlflow-postgres", "StatefulSet");
const GIT_SERVER = inNamespace("app-repository");
const REGISTRY = (): Pods => ({ namespace: "kube-system", name: "registry" });

/** In the order of the table. */
export const FAULTY_PARTS = {
  controller: {
    title: "Argo's controller",
    named: /controller/,
    of: () => ({ name: "workflow-controller" }),
  },
  "argo-server": {
    title: "Argo's server",
    named: /Argo's server/,
    of: () => ({ name: "argo-server" }),
  },
  mlflow: { title: "MLflow", named: /MLflow/, of: MLFLOW },
  // Its users see MLflow's answers, which say that the database is the trouble, or nothing while MLflow waits for it.
  postgres: { title: "MLflow's database", named: /MLflow|database/, of: POSTGRES },
  registry: {
    title: "the registry",
    named: /registry/,
    of: REGISTRY,
  },
  buildkit: {
    title: "BuildKit",
    named: /BuildKit/,
    of: ({ builder }: LabOutputs) => ({ namespace: builder.namespace, name: "buildkitd" }),
    onDemand: true,
  },
  "git-server": {
    title: "the git server",
    named: /repository/,
    of: GIT_SERVER,
  },
  step: { title: "the step's own pod", named: /pod/, of: "step" },
  node: { title: "the node", named: /node was restarted/, of: "node" },
  "mlflow-volume": {
    title: "MLflow's volume, full",
    named: /MLflow.*(full|No space)/s,
    of: MLFLOW,
    steps: ["run-training"],
    full: true,
  },
  "postgres-volume": {
    title: "the database's volume, full",
    named: /MLflow.*(full|No space|database)/is,
    of: POSTGRES,
    steps: ["run-training"],
    full: true,
  },
  "registry-volume": {
    title: "the registry's volume, full",
    named: /registry.*(full|no space|no room)/is,
    of: REGISTRY,
    steps: ["build-image"],
    full: true,
  },
  "git-server-volume": {
    title: "the git server's volume, full",
    // None: runs only read the repository.
    named: /(?!)/,
    of: GIT_SERVER,
    steps: ["clone"],
    full: true,
  },
  disk: {
    title: "the node's disk, full",
    named: /no space left|disk|ephemeral-storage|\bfull\b/i,
    of: "node",
    steps: ["run-training", "build-image"],
    full: true,
    onRequest: true,
  },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof FAULTY_PARTS;
export const FAULTY_PART_NAMES = Object.keys(FAULTY_PARTS) as readonly PartName[];

const USUAL_PARTS = FAULTY_PART_NAMES.filter((name) => {
  const { onRequest }: Part = FAULTY_PARTS[name];
  return onRequest !== true;
});

/** The commands that are killed; `class` is `class up`. */
export const INTERRUPTED = ["up", "down", "class"] as const;
export type Interrupted = (typeof INTERRUPTED)[number];

/** A part, and the step in which it is killed. */
export interface Fault {
  readonly part: PartName;
  readonly step: StepName;
}

/** A part, and the steps of one run in each of which it is killed. */
export interface FaultyRun {
  readonly part: PartName;
  readonly steps: readonly StepName[];
}

/** Each part in each step in which it can fail, in the order of the table. */
export const everyFault = (): Fault[] => selectedFaults({ parts: FAULTY_PART_NAMES });

/** Which faults are tried. */
export interface FaultSelection {
  /** @default all but those on request */
  readonly parts?: readonly PartName[] | undefined;
  /** @default each in which the part can fail */
  readonly steps?: readonly StepName[] | undefined;
  /** So many of them, chosen at random. @default all of them */
  readonly sample?: number | undefined;
}

/**
 * The faults of a selection, by part and then by step.
 *
 * @param random From 0 to below 1. @default Math.random
 */
export function selectedFaults(
  { parts = USUAL_PARTS, steps = FAULTY_STEPS, sample }: FaultSelection,
  random: () => number = Math.random,
): Fault[] {
  const left = FAULTY_PART_NAMES.filter((part) => parts.includes(part)).flatMap((part) => {
    const { steps: own = FAULTY_STEPS }: Part = FAULTY_PARTS[part];
    return own.filter((step) => steps.includes(step)).map((step) => ({ part, step }));
  });
  while (sample !== undefined && left.length > sample) left.splice(Math.floor(random() * left.length), 1);
  return left;
}

/** One run for each part. */
export function faultyRuns(faults: readonly Fault[]): FaultyRun[] {
  const parts = [...new Set(faults.map(({ part }) => part))];
  return parts.map((part) => ({
    part,
    steps: faults.filter((fault) => fault.part === part).map(({ step }) => step),
  }));
}

import type { LabOutputs } from "../../../stacks";

/** Where the pods of a part are. */
export interface Pods {
  readonly namespace: string;
  /** Value of their label `app.kubernetes.io/name`. */
  readonly name: string;
}

/** A part of the lab that is killed while a run is under way, or whose volume is full from before it. */
export interface Part {
  readonly title: string;
  /** What the message of a run has that fails because of it. */
  readonly named: RegExp;
  /** Its pods, or what else is killed. */
  readonly of: ((outputs: LabOutputs) => Pods) | "step" | "node";
  /** The only step that writes on its volume, which is full instead of the part being killed. */
  readonly full?: StepName;
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
  (name: string) =>
  ({ namespace }: LabOutputs): Pods => ({ namespace, name });

const REGISTRY = (): Pods => ({ namespace: "kube-system", name: "registry" });

/** In the order of the table. */
export const FAULTY_PARTS = {
  controller: {
    title: "Argo's controller",
    named: /controller/,
    of: inNamespace("workflow-controller"),
  },
  "argo-server": { title: "Argo's server", named: /Argo's server/, of: inNamespace("argo-server") },
  mlflow: { title: "MLflow", named: /MLflow/, of: inNamespace("mlflow") },
  // Its users see MLflow's answers, which say that the database is the trouble, or nothing while MLflow waits for it.
  postgres: {
    title: "MLflow's database",
    named: /MLflow|database/,
    of: inNamespace("mlflow-postgres"),
  },
  registry: {
    title: "the registry",
    named: /registry/,
    of: REGISTRY,
  },
  buildkit: {
    title: "BuildKit",
    named: /BuildKit/,
    of: ({ builder }: LabOutputs) => ({ namespace: builder.namespace, name: "buildkitd" }),
  },
  "git-server": { title: "the git server", named: /repository/, of: inNamespace("app-repository") },
  step: { title: "the step's own pod", named: /pod/, of: "step" },
  node: { title: "the node", named: /./, of: "node" },
  "mlflow-volume": {
    title: "MLflow's volume, full",
    named: /MLflow.*(full|No space)/s,
    of: inNamespace("mlflow"),
    full: "run-training",
  },
  "registry-volume": {
    title: "the registry's volume, full",
    named: /registry.*(full|no space|no room)/is,
    of: REGISTRY,
    full: "build-image",
  },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof FAULTY_PARTS;
export const FAULTY_PART_NAMES = Object.keys(FAULTY_PARTS) as readonly PartName[];

/** The commands that are killed. */
export const INTERRUPTED = ["up", "down"] as const;
export type Interrupted = (typeof INTERRUPTED)[number];

/** A part, and the step in which it is killed. */
export interface Fault {
  readonly part: PartName;
  readonly step: StepName;
}

/** Whether the fault is one: a part is killed in any step, a volume is full in one. */
export function happensIn(step: StepName, part: PartName): boolean {
  const { full }: Part = FAULTY_PARTS[part];
  return full === undefined || full === step;
}

/** Which faults are tried. */
export interface FaultSelection {
  /** @default all */
  readonly parts?: readonly PartName[] | undefined;
  /** @default all */
  readonly steps?: readonly StepName[] | undefined;
  /** So many of them, chosen at random. @default all of them */
  readonly sample?: number | undefined;
}

/**
 * The faults of a selection, by step and then by part: the same part is not killed twice in a row, so that kubelet does
 * not hold it back.
 *
 * @param random From 0 to below 1. @default Math.random
 */
export function selectedFaults(
  { parts = FAULTY_PART_NAMES, steps = FAULTY_STEPS, sample }: FaultSelection,
  random: () => number = Math.random,
): Fault[] {
  const left = FAULTY_STEPS.filter((step) => steps.includes(step)).flatMap((step) =>
    FAULTY_PART_NAMES.filter((part) => parts.includes(part) && happensIn(step, part)).map((part) => ({
      part,
      step,
    })),
  );
  while (sample !== undefined && left.length > sample) left.splice(Math.floor(random() * left.length), 1);
  return left;
}

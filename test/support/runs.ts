/** Runs as Argo's controller writes them, cut down to what is read of them. */
import type { RunNode, Workflow } from "../../lab/workflows/workflow";

/** Seconds after the start of the run at which something was so, as a time. */
export const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

type Node = Omit<RunNode, "id" | "displayName" | "type"> & { readonly type?: string };

const node = (id: string, displayName: string, fields: Node = {}): Record<string, RunNode> => ({
  [id]: { id, displayName, type: "Pod", ...fields },
});

/** A step with its one attempt. */
const tried = (id: string, name: string, fields: Node): Record<string, RunNode> => ({
  ...node(id, name, { ...fields, type: "Retry", children: [`${id}-0`] }),
  ...node(`${id}-0`, `${name}(0)`, { templateName: name, ...fields }),
});

const outputs = (values: Readonly<Record<string, string>>): Pick<Node, "outputs"> => ({
  outputs: { parameters: Object.entries(values).map(([name, value]) => ({ name, value })) },
});

const done = (from: number, to: number): Node => ({
  phase: "Succeeded",
  startedAt: at(from),
  finishedAt: at(to),
});

export const IMAGE = `localhost:30500/gourmetgram-app@sha256:${"0".repeat(64)}`;
export const COMMIT = "1".repeat(40);

/** A training that has registered version 7, and waits for its child from second 20 on. */
export function training(phase: string, build: Node = { phase: "Running" }): Workflow {
  return {
    metadata: { name: "train-model-x", namespace: "lab", uid: "1", creationTimestamp: new Date(at(0)) },
    spec: { workflowTemplateRef: { name: "train-model" } },
    status: {
      phase,
      nodes: {
        ...node("x", "train-model-x", { type: "Steps", phase, startedAt: at(0) }),
        ...node("x-g", "[0]", { type: "StepGroup", phase: "Succeeded", startedAt: at(0) }),
        ...tried("x-1", "run-training", { ...done(0, 18), ...outputs({ "model-version": "7" }) }),
        ...node("x-2", "build-container", { templateName: "trigger-build", startedAt: at(20), ...build }),
      },
    },
  };
}

/** A training whose model failed its tests. */
export function refused(): Workflow {
  const run = training("Succeeded");
  const skipped = node("x-2", "build-container", { type: "Skipped", phase: "Skipped", startedAt: at(20) });
  const none = tried("x-1", "run-training", { ...done(0, 18), ...outputs({ "model-version": "" }) });
  return {
    ...run,
    status: { phase: "Succeeded", nodes: { ...run.status?.nodes, ...skipped, ...none } },
  };
}

const child = (phase: string | undefined, nodes: Record<string, RunNode>, message?: string): Workflow => ({
  metadata: {
    name: "build-y",
    namespace: "lab",
    uid: "2",
    creationTimestamp: new Date(at(21)),
    ownerReferences: [
      { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "train-model-x", uid: "1" },
    ],
  },
  spec: { arguments: { parameters: [{ name: "model-version", value: "7" }] } },
  ...(phase === undefined ? {} : { status: { phase, nodes, ...(message === undefined ? {} : { message }) } }),
});

const source = {
  ...tried("y-1", "clone", { ...done(22, 25), ...outputs({ commit: COMMIT }) }),
  ...tried("y-2", "download-model", { ...done(22, 28), ...outputs({ "training-image": "train@sha256:1" }) }),
};

/** A build that waits for another one. */
export const waiting = (): Workflow => child("Pending", {}, "Waiting for lab/Mutex/build lock");

/** A build whose image is being made. */
export const building = (): Workflow =>
  child("Running", { ...source, ...tried("y-3", "build-image", { phase: "Running", startedAt: at(30) }) });

/** A build that has gone through. */
export const built = (): Workflow =>
  child("Succeeded", {
    ...source,
    ...tried("y-3", "build-image", {
      ...done(30, 42),
      ...outputs({ "image-digest": `sha256:${"0".repeat(64)}`, image: IMAGE }),
    }),
    ...tried("y-4", "deploy-to-staging", {
      ...done(44, 60),
      ...outputs({ "staging-url": "http://app:8000" }),
    }),
    ...tried("y-5", "test-staging", { ...done(61, 65), ...outputs({ prediction: "Soup" }) }),
    ...node("y-6", "build-y.onExit", { type: "Steps", phase: "Succeeded", startedAt: at(66) }),
    ...node("y-7", "restore-staging", { type: "Skipped", phase: "Skipped", startedAt: at(66) }),
  });

/** What the step of a build that failed said. */
export const REASON =
  "Error (exit code 1): model version 7 does not fit the application: it takes 3 x 32 x 32";

/** A build that has failed in staging's test. */
export const unfit = (): Workflow =>
  child("Failed", {
    ...source,
    ...tried("y-5", "test-staging", {
      phase: "Failed",
      startedAt: at(61),
      finishedAt: at(63),
      message: REASON,
    }),
    "y-5": {
      id: "y-5",
      displayName: "test-staging",
      type: "Retry",
      phase: "Failed",
      message: "No more retries left",
      startedAt: at(61),
      finishedAt: at(63),
      children: ["y-5-0"],
    },
    ...tried("y-7", "restore-staging", done(64, 66)),
  });

/** Runs as Argo's controller writes them, cut down to what is read of them. */
import type { RunNode, Workflow } from "../../tooling/live/workflows/workflow";

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

/** Containers of the pod of a step's one attempt. */
const containers = (
  pod: string,
  each: Readonly<Record<string, Node & { readonly name: string }>>,
): Record<string, RunNode> =>
  Object.fromEntries(
    Object.entries(each).flatMap(([id, { name, ...fields }]) =>
      Object.entries(node(id, name, { ...fields, type: "Container", boundaryID: `${pod}-0` })),
    ),
  );

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

/** The pod in which the image is made. Argo says of all its containers that they have started with it, at second 22. */
const making = (step: Node, clone: Node, model: Node, main: Node): Record<string, RunNode> => ({
  ...tried("y-3", "build-image", { startedAt: at(22), ...step }),
  ...containers("y-3", {
    "y-3-main": { name: "main", startedAt: at(22), ...main },
    "y-3-model": { name: "download-model", startedAt: at(22), ...model, children: ["y-3-main"] },
    "y-3-clone": { name: "clone", startedAt: at(22), ...clone, children: ["y-3-main"] },
  }),
});

const made = making(
  {
    ...done(22, 42),
    ...outputs({
      commit: COMMIT,
      "training-image": "train@sha256:1",
      "image-digest": `sha256:${"0".repeat(64)}`,
      image: IMAGE,
    }),
  },
  done(22, 25),
  done(22, 30),
  done(22, 42),
);

/** A build that waits for another one. */
export const waiting = (): Workflow => child("Pending", {}, "Waiting for lab/Mutex/build lock");

const RUNNING = { phase: "Running" };

/** A build whose application is being cloned. */
export const cloning = (): Workflow => child("Running", making(RUNNING, RUNNING, RUNNING, RUNNING));

/** A build whose image is being made. */
export const building = (): Workflow =>
  child("Running", making(RUNNING, done(22, 25), done(22, 30), RUNNING));

/** A build whose pod does not start yet. */
export const starting = (): Workflow => {
  const pending = { phase: "Pending" };
  return child("Running", making({ ...pending, message: "PodInitializing" }, pending, pending, pending));
};

/** What Argo says when a repository is out of reach. */
export const NO_REPOSITORY = "clone: Error (exit code 1): the application's repository cannot be reached";

/** A build that has no repository. Argo has ended the download, and the main container has seen that it has to end. */
export const unreachable = (): Workflow => {
  const over = { phase: "Failed", finishedAt: at(37) };
  return child(
    "Failed",
    making(
      { ...over, message: NO_REPOSITORY },
      { ...over, message: NO_REPOSITORY },
      { ...over, message: "download-model: Error (exit code 137): Downloading version 7 ..." },
      {
        ...over,
        phase: "Error",
        message: 'main: Error (exit code 64): dependency "clone" exited with non-zero code: 1',
      },
    ),
  );
};

/** A build that was ended by its deadline while it built. */
export const late = (): Workflow => {
  const over = { phase: "Failed", finishedAt: at(90) };
  return child(
    "Failed",
    making(
      { ...over, message: "Pod was active on the node longer than the specified deadline" },
      done(22, 25),
      done(22, 30),
      { ...over, message: "main: Error (exit code 137): #7 exporting" },
    ),
  );
};

/** A build whose pod was deleted, and for which Argo will make another one. */
export const again = (): Workflow => {
  const deleted = { phase: "Error", finishedAt: at(26), message: "container deleted" };
  return child("Running", {
    ...making({ phase: "Error", finishedAt: at(26), message: "pod deleted" }, deleted, deleted, deleted),
    "y-3": {
      id: "y-3",
      displayName: "build-image",
      type: "Retry",
      phase: "Running",
      message: "Backoff for 10 seconds",
      startedAt: at(22),
      children: ["y-3-0"],
    },
  });
};

/** A build that has gone through. */
export const built = (): Workflow =>
  child("Succeeded", {
    ...made,
    ...tried("y-4", "deploy-to-staging", {
      ...done(44, 60),
      ...outputs({ "staging-url": "http://app:8000" }),
    }),
    ...tried("y-5", "test-staging", { ...done(61, 65), ...outputs({ prediction: "Soup" }) }),
    ...node("y-6", "build-y.onExit", { type: "Steps", phase: "Succeeded", startedAt: at(66) }),
    ...node("y-7", "restore-staging", { type: "Skipped", phase: "Skipped", startedAt: at(66) }),
  });

/** What Argo says of a model that is too large. */
export const OOM =
  "Error (exit code 1): model version 7 could not be deployed to staging: the container was killed for want of memory (OOMKilled)";

/** A build whose step after the image has failed: in deploying, where it says nothing else. */
export const undeployed = (message = OOM): Workflow =>
  child("Failed", {
    ...made,
    ...tried("y-4", "deploy-to-staging", { phase: "Failed", startedAt: at(44), finishedAt: at(60), message }),
    ...tried("y-7", "restore-staging", done(61, 63)),
  });

/** A build that has failed in one of the three containers of its pod. */
export const unmade = (failed: "clone" | "download-model" | "main", message: string): Workflow => {
  const of = (name: string): Node =>
    name === failed
      ? { phase: "Failed", finishedAt: at(37), message: `${name}: ${message}` }
      : failed === "main"
        ? done(22, 30)
        : { phase: "Failed", finishedAt: at(37), message: `${name}: Error (exit code 137): ended` };
  return child(
    "Failed",
    making(
      { phase: "Failed", finishedAt: at(37), message: `${failed}: ${message}` },
      of("clone"),
      of("download-model"),
      of("main"),
    ),
  );
};

/** What the step of a build that failed said. */
export const REASON =
  "Error (exit code 1): model version 7 does not fit the application: it takes 3 x 32 x 32";

/** A build that has failed in staging's test. */
export const unfit = (): Workflow =>
  child("Failed", {
    ...made,
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

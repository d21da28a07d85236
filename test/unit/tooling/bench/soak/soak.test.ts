import assert from "node:assert/strict";
import type { SoakPlan } from "../../../../../tooling/bench/soak/plan";
import { Soak } from "../../../../../tooling/bench/soak/soak";
import type { SoakStudent } from "../../../../../tooling/bench/soak/students";
import type { NewWorkflow } from "../../../../../tooling/live/workflows/submission";
import type { Workflow } from "../../../../../tooling/live/workflows/workflow";

const SERVED = { model_version: "7", application_commit: "1".repeat(40), image: "app" };
const POD = {
  metadata: { name: "pod-1", namespace: "lab-anna", uid: "1" },
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

/** A student's cluster in which each run succeeds at once, and each part is back at once. */
function student(name: string, { refuses = false } = {}) {
  const runs: Workflow[] = [];
  const deleted: string[] = [];
  const createWorkflow = (wanted: NewWorkflow): Promise<Workflow> => {
    if (refuses) return Promise.reject(new Error("exceeded quota: platform"));
    const number = runs.length + 1;
    const run = {
      ...wanted,
      metadata: { ...wanted.metadata, name: `train-model-${number}`, uid: `${name}-${number}` },
      status: {
        phase: "Succeeded",
        finishedAt: new Date().toISOString(),
        nodes: {
          a: {
            ...{ id: "a", displayName: "run-training", type: "Pod", phase: "Succeeded" },
            outputs: { parameters: [{ name: "model-version", value: "7" }] },
          },
          b: { id: "b", displayName: "build-container", type: "Pod", phase: "Succeeded" },
        },
      },
    } as unknown as Workflow;
    runs.push(run);
    return Promise.resolve(run);
  };
  const tested = { "gourmetgram.dev/tested": JSON.stringify({ modelVersion: "7" }) };
  const lab = {
    outputs: {
      namespace: `lab-${name}`,
      builder: { namespace: `build-${name}` },
      staging: { namespace: `staging-${name}`, deployment: "gourmetgram" },
      workflowTemplates: { train: "train-model" },
      registeredModel: { name: "Model", alias: "development", stagingAlias: "staging" },
    },
    argo: { workflows: () => Promise.resolve([...runs]) },
    staging: { served: () => Promise.resolve(SERVED), version: () => Promise.resolve(SERVED) },
    mlflow: {
      runs: () =>
        Promise.resolve([{ id: "r", metrics: new Map(), tags: new Map([["workflow", "train-model-1"]]) }]),
      registryState: () => Promise.resolve({ versions: [{ version: 7, runId: "r" }], alias: 7 }),
    },
    cluster: {
      core: {
        listNamespacedPod: () => Promise.resolve({ items: [POD] }),
        listPodForAllNamespaces: () => Promise.resolve({ items: [POD] }),
        deleteNamespacedPod: ({ name: pod }: { name: string }) => Promise.resolve(deleted.push(pod)),
      },
      apps: {
        readNamespacedDeployment: () => Promise.resolve({ metadata: { annotations: tested } }),
      },
    },
  };
  const opened = {
    ...{ name, lab, argo: { createWorkflow } },
    runs: { next: () => Promise.resolve([]) },
    close: () => Promise.resolve(),
  } as unknown as SoakStudent;
  return { opened, deleted };
}

const PLAN: SoakPlan = {
  submissions: [
    { at: 0.05, student: "anna" },
    { at: 0.1, student: "ben" },
  ],
  kills: [
    { at: 0, part: "mlflow", student: "anna" },
    { at: 0.1, part: "controller", student: "ben" },
  ],
};

describe("a soak", () => {
  it("submits and kills by its plan, and accounts for what it did", async () => {
    const lines: string[] = [];
    const [anna, ben] = [student("anna"), student("ben", { refuses: true })];
    const signal = new AbortController().signal;
    const soaking = { id: "01234567", report: (line: string) => void lines.push(line), signal };
    const { students, kills } = await new Soak([anna.opened, ben.opened], soaking).carryOut(PLAN);
    assert.deepEqual(
      students.map(({ student: name, accounted, staging, next }) => [
        name,
        accounted.map(({ fate }) => fate),
        staging,
        next,
      ]),
      [
        ["anna", ["succeeded"], [], []],
        ["ben", ["refused"], [], []],
      ],
    );
    assert.deepEqual(
      kills.map(({ part, student: whose, ran, back, problem }) => [
        ...[part, whose, ran],
        ...[Number.isInteger(back), problem],
      ]),
      [
        ["mlflow", "anna", true, true, undefined],
        ["controller", undefined, true, true, undefined],
      ],
    );
    assert.deepEqual([anna.deleted, ben.deleted], [["pod-1"], ["pod-1"]]);
    assert.match(lines.join("\n"), /1 of 2: anna submits train-model-1/);
    assert.match(lines.join("\n"), /2 of 2: ben is refused: exceeded quota/);
    assert.match(lines.join("\n"), /killed: MLflow of anna\n/);
  });

  it("tells what was seen until it is ended", async () => {
    const anna = student("anna");
    const stop = new AbortController();
    const late: SoakPlan = {
      submissions: [
        { at: 0, student: "anna" },
        { at: 600, student: "anna" },
      ],
      kills: [{ at: 600, part: "mlflow", student: "anna" }],
    };
    const soaking = { id: "01234567", report: () => undefined, signal: stop.signal };
    setTimeout(() => stop.abort(new Error("enough")), 200);
    const { students, kills } = await new Soak([anna.opened], soaking).carryOut(late);
    assert.deepEqual(
      students.map(({ accounted, next }) => [accounted.length, next]),
      [[1, undefined]],
    );
    assert.deepEqual(kills, []);
  });
});

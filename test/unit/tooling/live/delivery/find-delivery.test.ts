import assert from "node:assert/strict";
import type { Delivery } from "../../../../../tooling/live/delivery/delivery";
import { findDelivery } from "../../../../../tooling/live/delivery/find-delivery";
import type { VersionRecord } from "../../../../../tooling/live/services/mlflow";
import type { RunNode, Workflow } from "../../../../../tooling/live/workflows/workflow";
import { answerOf, type Known, sourcesWith, type TestRelease } from "../../../../support/delivery-sources";
import { OUTPUTS } from "../../../../support/lab-outputs";
import {
  at,
  building,
  built,
  COMMIT,
  IMAGE,
  OOM,
  REASON,
  refused,
  training,
  undeployed,
  unfit,
  unmade,
  waiting,
} from "../../../../support/runs";

const CODE = "c".repeat(40);
const TRAINER = `localhost:30500/gourmetgram-train@sha256:${"a".repeat(64)}`;
const OLD_IMAGE = `localhost:30500/gourmetgram-app@sha256:${"9".repeat(64)}`;

/** What the build of the tests' runs deploys. */
const THIS: TestRelease = { version: "7", image: IMAGE, workflow: "build-y", since: at(62) };
const OLDER: TestRelease = { version: "6", image: OLD_IMAGE, workflow: "build-old", since: at(-600) };

const version = (number: number, tags: Readonly<Record<string, string>> = {}): VersionRecord => ({
  version: String(number),
  runId: `r${number}`,
  registered: Date.parse(at(18)),
  tags: new Map(Object.entries(tags)),
});

/** The run with the step that tells its image, as each has it. */
function withImage(run: Workflow, commit = "", given: Readonly<Record<string, string>> = {}): Workflow {
  const node: RunNode = {
    id: "x-0",
    displayName: "training-image",
    type: "Retry",
    phase: "Succeeded",
    startedAt: at(0),
    finishedAt: at(2),
    outputs: {
      parameters: [
        { name: "image", value: TRAINER },
        { name: "commit", value: commit },
      ],
    },
  };
  const parameters = Object.entries(given).map(([name, value]) => ({ name, value }));
  return {
    ...run,
    spec: { ...run.spec, arguments: { parameters } },
    status: { ...run.status, nodes: { ...run.status?.nodes, [node.id]: node } },
  };
}

const SUCCEEDED = withImage(training("Succeeded", { phase: "Succeeded" }));
const FAILED = withImage(training("Failed", { phase: "Failed", message: "child failed" }));
const RUNNING = withImage(training("Running"));
/** The model registered, as far as MLflow goes. */
const REGISTERED: Known = {
  versions: [version(6), version(7)],
  aliases: { development: "7", staging: "6" },
  tags: { r7: { workflow: "train-model-x", training_image: TRAINER } },
};

const find = (known: Known): Promise<Delivery> => findDelivery(sourcesWith(known), OUTPUTS);

describe("delivery: what Argo, MLflow and staging tell", () => {
  it("has nothing where nothing has ever run", async () => {
    assert.deepEqual(await find({}), {
      run: null,
      training: { commit: null, branch: null, image: null },
      model: null,
      aliases: {},
      application: { commit: null },
      image: null,
      staging: { url: "http://localhost:30081", serves: null, rollsOut: null, ofThisRun: false },
      prediction: null,
      at: [],
      unanswered: [],
    });
  });

  it("is one way from the commits to what serves, with the addresses", async () => {
    const run = { ...SUCCEEDED, status: { ...SUCCEEDED.status, finishedAt: at(70) } };
    const delivery = await find({
      ...REGISTERED,
      aliases: { development: "7", staging: "7" },
      runs: [built(), run],
      ready: [THIS],
    });
    assert.deepEqual(delivery, {
      run: {
        name: "train-model-x",
        verdict: "succeeded",
        trigger: null,
        title: null,
        started: at(0),
        ended: at(70),
        url: "https://localhost:30746/workflows/lab/train-model-x",
        build: { name: "build-y", url: "https://localhost:30746/workflows/lab/build-y" },
      },
      training: { commit: null, branch: null, image: TRAINER },
      model: {
        version: "7",
        url: "http://localhost:30800/#/models/GourmetGramFood11Model/versions/7",
        registered: true,
      },
      aliases: { development: "7", staging: "7" },
      application: { commit: COMMIT },
      image: { digest: `sha256:${"0".repeat(64)}`, reference: IMAGE },
      staging: {
        url: "http://localhost:30081",
        serves: {
          modelVersion: "7",
          image: IMAGE,
          commit: "2".repeat(40),
          workflow: "build-y",
          since: at(62),
        },
        rollsOut: null,
        ofThisRun: true,
      },
      prediction: "Soup",
      at: [],
      unanswered: [],
    });
  });

  it("knows a training that still runs by its step, and one that waits by what it waits for", async () => {
    const nodes = Object.fromEntries(
      Object.entries(RUNNING.status?.nodes ?? {})
        .filter(([id]) => id !== "x-2")
        .map(([id, node]): [string, RunNode] =>
          id.startsWith("x-1")
            ? [id, { ...node, phase: "Running", finishedAt: "", outputs: {} }]
            : [id, node],
        ),
    );
    const trains = await find({ runs: [{ ...RUNNING, status: { phase: "Running", nodes } }] });
    assert.equal(trains.run?.verdict, "running");
    assert.deepEqual(trains.at, [{ run: "train-model-x", step: "run-training", message: "" }]);
    assert.deepEqual([trains.model, trains.image, trains.run.build], [null, null, null]);

    const message = "Waiting for lab/Mutex/train-model lock. Lock status: 0/1";
    const waits = await find({ runs: [{ ...RUNNING, status: { phase: "Pending", message, nodes: {} } }] });
    assert.deepEqual(waits.at, [{ run: "train-model-x", step: "", message }]);
    const fresh = await find({ runs: [{ metadata: RUNNING.metadata, spec: RUNNING.spec }] });
    assert.deepEqual(fresh.at, [{ run: "train-model-x", step: "", message: "not yet seen by Argo" }]);
  });

  it("names the step and the reason of a training that failed, as train does", async () => {
    const message = 'Error (exit code 2): flow.py: unknown scenario "nope"';
    const failed = {
      id: "x-1",
      displayName: "run-training",
      type: "Pod",
      phase: "Failed",
      startedAt: at(2),
      finishedAt: at(4),
      message,
    };
    const delivery = await find({
      runs: [{ ...FAILED, status: { phase: "Failed", nodes: { "x-1": failed } } }],
      ready: [OLDER],
    });
    assert.equal(delivery.run?.verdict, "failed");
    assert.deepEqual(delivery.at, [{ run: "train-model-x", step: "run-training", message }]);
    assert.equal(delivery.staging.serves?.modelVersion, "6");
    assert.equal(delivery.staging.ofThisRun, false);
  });

  it("tells a run's own message where no step of it failed", async () => {
    const delivery = await find({
      runs: [{ ...FAILED, status: { phase: "Failed", message: "Stopped with strategy 'Stop'" } }],
    });
    assert.deepEqual(delivery.at, [
      { run: "train-model-x", step: "", message: "Stopped with strategy 'Stop'" },
    ]);
  });

  it("stops at the gate where the model failed its tests", async () => {
    const delivery = await find({ ...REGISTERED, runs: [refused()], ready: [OLDER] });
    assert.equal(delivery.run?.verdict, "stopped-by-gate");
    assert.equal(delivery.model, null);
    assert.equal(delivery.at[0]?.step, "run-training");
    assert.match(delivery.at[0].message, /failed its tests/);
  });

  it("goes on at the build's step where the model is registered, or at what the build waits for", async () => {
    const builds = await find({ ...REGISTERED, runs: [RUNNING, building()] });
    assert.equal(builds.model?.version, "7");
    assert.deepEqual(builds.at, [{ run: "build-y", step: "build-image", message: "" }]);
    assert.equal(builds.image, null);
    const waits = await find({ ...REGISTERED, runs: [RUNNING, waiting()] });
    assert.deepEqual(waits.at, [{ run: "build-y", step: "", message: "Waiting for lab/Mutex/build lock" }]);
  });

  for (const [container, step] of [
    ["clone", "clone"],
    ["download-model", "download-model"],
    ["main", "build-image"],
  ] as const) {
    it(`stops at ${step} where the build failed there, and has no image`, async () => {
      const message = "Error (exit code 1): no";
      const delivery = await find({
        ...REGISTERED,
        runs: [FAILED, unmade(container, message)],
        ready: [OLDER],
      });
      assert.deepEqual(delivery.at, [{ run: "build-y", step, message: `${container}: ${message}` }]);
      assert.deepEqual([delivery.image, delivery.application.commit], [null, null]);
      assert.equal(delivery.model?.version, "7");
    });
  }

  it("stops where deploying failed, as with a model that is too large: what served goes on serving", async () => {
    const delivery = await find({ ...REGISTERED, runs: [FAILED, undeployed()], ready: [OLDER] });
    assert.deepEqual(delivery.at, [{ run: "build-y", step: "deploy-to-staging", message: OOM }]);
    assert.equal(delivery.image?.reference, IMAGE);
    const { serves, ofThisRun, rollsOut } = delivery.staging;
    assert.deepEqual(
      [serves?.modelVersion, serves?.since, ofThisRun, rollsOut],
      ["6", at(-600), false, null],
    );
  });

  it("stops where staging's test failed", async () => {
    const delivery = await find({ ...REGISTERED, runs: [FAILED, unfit()], ready: [OLDER] });
    assert.deepEqual(delivery.at, [{ run: "build-y", step: "test-staging", message: REASON }]);
    assert.equal(delivery.prediction, null);
  });

  it("has the commit of training code with a bug, whose container ends at its start", async () => {
    const message = "Error (exit code 1): the container ended with exit code 1 (Error) instead of serving.";
    const run = withImage(FAILED, CODE, { branch: "mlops-bad" });
    const delivery = await find({ ...REGISTERED, runs: [run, undeployed(message)], ready: [OLDER] });
    assert.deepEqual(delivery.training, { commit: CODE, branch: "mlops-bad", image: TRAINER });
    assert.deepEqual(delivery.at, [{ run: "build-y", step: "deploy-to-staging", message }]);
  });

  it("has the commit of a push, its image, and what started the run", async () => {
    const pushed = withImage(SUCCEEDED, CODE, { branch: "mlops", commit: CODE });
    const run: Workflow = {
      ...pushed,
      metadata: {
        ...pushed.metadata,
        labels: {
          "workflows.argoproj.io/workflow-event-binding": "train-on-push",
          "gourmetgram.dev/trigger": "push",
        },
        annotations: { "workflows.argoproj.io/title": "Push of ccccccc to mlops" },
      },
    };
    const delivery = await find({ ...REGISTERED, runs: [run, built()], ready: [THIS] });
    assert.deepEqual(delivery.training, { commit: CODE, branch: "mlops", image: TRAINER });
    assert.equal(delivery.run?.trigger, "push");
    assert.equal(delivery.run.title, "Push of ccccccc to mlops");
  });

  it("has the schedule that started a run", async () => {
    const labels = { "workflows.argoproj.io/cron-workflow": "train-model-cron" };
    const ownerReferences = [
      { apiVersion: "argoproj.io/v1alpha1", kind: "CronWorkflow", name: "train-model-cron", uid: "9" },
    ];
    const run = { ...SUCCEEDED, metadata: { ...SUCCEEDED.metadata, labels, ownerReferences } };
    assert.equal((await find({ runs: [run] })).run?.trigger, "train-model-cron");
  });

  it("tells an alias that was moved by hand, and a version that was deleted", async () => {
    const moved = await find({
      ...REGISTERED,
      aliases: { development: "6", staging: "7" },
      runs: [SUCCEEDED, built()],
    });
    assert.equal(moved.model?.registered, true);
    assert.deepEqual(moved.aliases, { development: "6", staging: "7" });
    const deleted = await find({ versions: [version(6)], runs: [SUCCEEDED, built()] });
    assert.deepEqual([deleted.model?.version, deleted.model?.registered], ["7", false]);
  });

  it("asks for the run's own version where newer ones are registered", async () => {
    const delivery = await find({
      versions: [version(7), { ...version(8), runId: undefined }],
      tags: { r7: { training_commit: CODE } },
      runs: [training("Succeeded", { phase: "Succeeded" }), built()],
    });
    assert.deepEqual([delivery.model?.version, delivery.training.commit], ["7", CODE]);
  });

  it("tells that staging serves something else: an older one, or the same image from another run", async () => {
    const known = { ...REGISTERED, runs: [SUCCEEDED, built()] };
    const older = await find({ ...known, ready: [OLDER] });
    assert.deepEqual([older.staging.ofThisRun, older.staging.serves?.workflow], [false, "build-old"]);
    const again = await find({ ...known, ready: [{ ...THIS, workflow: "build-z" }] });
    assert.deepEqual([again.staging.ofThisRun, again.staging.serves?.image], [false, IMAGE]);
  });

  it("tells what is being rolled out while the release before serves", async () => {
    const delivery = await find({ ...REGISTERED, runs: [RUNNING, building()], ready: [OLDER], target: THIS });
    assert.equal(delivery.staging.serves?.modelVersion, "6");
    assert.deepEqual(delivery.staging.rollsOut, {
      modelVersion: "7",
      image: IMAGE,
      commit: "2".repeat(40),
      workflow: "build-y",
    });
  });

  it("takes a build that was submitted by itself for the last one, with the code of its version", async () => {
    const { metadata, ...rest } = built();
    const alone: Workflow = {
      ...rest,
      metadata: {
        ...metadata,
        name: "build-alone",
        creationTimestamp: new Date(at(100)),
        ownerReferences: [],
      },
      spec: { ...rest.spec, workflowTemplateRef: { name: "build-container-image" } },
    };
    const delivery = await find({
      ...REGISTERED,
      tags: { r7: { workflow: "train-model-x", training_commit: CODE, training_image: TRAINER } },
      runs: [alone, SUCCEEDED, built()],
      ready: [{ ...THIS, workflow: "build-alone" }],
    });
    assert.equal(delivery.run?.name, "build-alone");
    assert.equal(delivery.run.build?.name, "build-alone");
    assert.equal(delivery.training.commit, CODE);
    assert.equal(delivery.staging.ofThisRun, true);
  });

  it("counts the last build of a training that was retried", async () => {
    const second = { ...unmade("clone", "Error (exit code 1): no") };
    const later = {
      ...second,
      metadata: { ...second.metadata, name: "build-z", creationTimestamp: new Date(at(90)) },
    };
    const delivery = await find({ ...REGISTERED, runs: [FAILED, unfit(), later] });
    assert.equal(delivery.run?.build?.name, "build-z");
    assert.equal(delivery.image, null);
    assert.deepEqual(
      delivery.at.map(({ run }) => run),
      ["build-z"],
    );
  });

  describe("a run that Argo has deleted", () => {
    const tags = {
      workflow: "build-gone",
      image_digest: "sha256:1",
      image: "app@sha256:1",
      application_commit: COMMIT,
    };
    const gone: Known = {
      versions: [{ ...version(8, tags), registered: Date.parse(at(1000)) }],
      aliases: { development: "8", staging: "8" },
      tags: { r8: { workflow: "train-model-gone", training_commit: CODE, training_image: TRAINER } },
      ready: [{ version: "8", image: "app@sha256:1", workflow: "build-gone", since: at(1060) }],
    };

    it("is known by its version in MLflow", async () => {
      const delivery = await find(gone);
      assert.deepEqual(delivery.run, {
        name: "train-model-gone",
        verdict: null,
        trigger: null,
        title: null,
        started: null,
        ended: null,
        url: null,
        build: { name: "build-gone", url: null },
      });
      assert.deepEqual(delivery.training, { commit: CODE, branch: null, image: TRAINER });
      assert.deepEqual(delivery.image, { digest: "sha256:1", reference: "app@sha256:1" });
      assert.deepEqual([delivery.model?.version, delivery.application.commit], ["8", COMMIT]);
      assert.equal(delivery.staging.ofThisRun, true);
      assert.deepEqual(delivery.at, []);
    });

    it("is the last one where every run that is left ended before its version was registered", async () => {
      const over = { ...FAILED, status: { ...FAILED.status, finishedAt: at(70) } };
      assert.equal((await find({ ...gone, runs: [over, unfit()] })).run?.name, "train-model-gone");
      const after = { ...FAILED, status: { ...FAILED.status, finishedAt: at(2000) } };
      assert.equal((await find({ ...gone, runs: [after, unfit()] })).run?.name, "train-model-x");
      assert.equal((await find({ ...gone, runs: [RUNNING] })).run?.name, "train-model-x");
    });

    it("is not taken for one where a person registered the newest version", async () => {
      const over = { ...FAILED, status: { ...FAILED.status, finishedAt: at(70) } };
      const delivery = await find({ ...gone, tags: {}, runs: [over, unfit()] });
      assert.equal(delivery.run?.name, "train-model-x");
    });
  });

  describe("a part that does not answer", () => {
    const whole: Known = { ...REGISTERED, runs: [SUCCEEDED, built()], ready: [THIS] };

    it("is named where it is Argo: the newest version is not taken for the last run", async () => {
      const away = new Error("the cluster cannot be reached: ECONNREFUSED\n  remedy: npm run up");
      const delivery = await find({ ...whole, runs: away });
      assert.deepEqual(delivery.unanswered, [
        { part: "argo", reason: "the cluster cannot be reached: ECONNREFUSED remedy: npm run up" },
      ]);
      assert.deepEqual([delivery.run?.name, delivery.run?.verdict], ["train-model-x", null]);
      assert.equal(delivery.model?.version, "7");
    });

    it("is named where it is MLflow: the run's own outputs stay", async () => {
      const delivery = await find({ ...whole, versions: new Error("no answer") });
      assert.deepEqual(delivery.unanswered, [{ part: "mlflow", reason: "no answer" }]);
      assert.equal(delivery.aliases, null);
      assert.deepEqual([delivery.model?.version, delivery.model?.registered], ["7", null]);
      assert.equal(delivery.image?.reference, IMAGE);
    });

    it("is named where it is staging: what is ready counts, if the cluster tells", async () => {
      const delivery = await find({ ...whole, answers: new Error("no answer from /version") });
      assert.deepEqual(delivery.unanswered, [{ part: "staging", reason: "no answer from /version" }]);
      assert.equal(delivery.staging.serves?.since, at(62));
      assert.equal(delivery.staging.ofThisRun, true);
    });

    it("is named where it is the cluster: what answers at staging's address counts", async () => {
      const delivery = await find({ ...whole, answers: answerOf(THIS), cluster: new Error("away") });
      assert.deepEqual(delivery.unanswered, [{ part: "staging", reason: "away" }]);
      const { serves, ofThisRun } = delivery.staging;
      assert.deepEqual([serves?.modelVersion, serves?.since, ofThisRun], ["7", null, false]);
    });

    it("is each of them where all are away", async () => {
      const away = new Error("away");
      const delivery = await find({ runs: away, versions: away, answers: away, cluster: away });
      assert.deepEqual(
        delivery.unanswered.map(({ part }) => part),
        ["argo", "mlflow", "staging", "staging"],
      );
      assert.deepEqual([delivery.run, delivery.aliases, delivery.staging.serves], [null, null, null]);
    });
  });
});

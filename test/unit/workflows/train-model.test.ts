import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { buildContainerImage } from "../../../workflows/build/build-container-image";
import { trainModel, trainModelCron } from "../../../workflows/training/train-model";
import { BUILDS_AHEAD, deadlines } from "../../../components/argo/workflow-policy";
import { referenceText } from "../../support/argo-text";
import { type Difference, differences } from "../../support/differences";
import type { WorkflowTemplateManifest } from "../../../packages/argo-workflows";
import { TRAINING_ARGS } from "../../support/training";
import { checkout } from "../../support/checkout";

const IMAGE = "registry.kube-system.svc.cluster.local:5000/gourmetgram-train:latest";
const MLFLOW = "http://mlflow.gourmetgram-platform.svc.cluster.local:8000";

const limits = deadlines(3600);
const build = buildContainerImage({ ...TRAINING_ARGS, deadlines: limits.child });
const code = {
  ...TRAINING_ARGS.trainingCode,
  pipelineImage: TRAINING_ARGS.pipelineImage,
  image: IMAGE,
  builder: TRAINING_ARGS.builder,
  serviceAccount: TRAINING_ARGS.serviceAccounts.build,
};
const args = {
  code,
  mlflowUrl: MLFLOW,
  serviceAccounts: { train: "train-model", triggerBuild: "trigger-build" },
  deadlines: limits,
  build,
};

/** The course's text, as the course has it. */
function course(name: string): unknown {
  return parse(readFileSync(join(checkout, "test", "fixtures", "course", `${name}.yaml`), "utf8"));
}

/** The text of the run that the template's resource step creates. */
function manifestText(template: unknown): string {
  const { spec } = template as { spec: { templates: { resource?: { manifest: string } }[] } };
  return spec.templates.find(({ resource }) => resource !== undefined)?.resource?.manifest ?? "";
}

/** The manifest without the step that comes before those of the course, and its template. */
function withoutImageStep({ spec, ...rest }: WorkflowTemplateManifest): unknown {
  const others = spec.templates.filter(({ name }) => name !== "training-image");
  const templates = others.map((each) =>
    each.steps === undefined ? each : { ...each, steps: each.steps.slice(1) },
  );
  return { ...rest, spec: { ...spec, templates } };
}

describe("train-model", () => {
  // What the lab adds to the course's text. A difference that is not listed fails, and so does a line of this list
  // that is no difference any more.
  const ADDITIONS: Record<string, unknown> = {
    "metadata.annotations": {
      "workflows.argoproj.io/description":
        "Trains a model, tests it, registers it in MLflow and has a container built from it. What becomes of each scenario, and what it teaches: docs/explanation/failure-lessons.md",
    },
    // Submit without parameters works as before; both have a default.
    "spec.arguments": {
      parameters: [
        {
          name: "scenario",
          value: "normal",
          enum: ["normal", "bad-architecture", "oversized", "hostile-pickle"],
          description:
            "Which model the training yields: normal serves in staging, bad-architecture fails at test-staging, oversized at deploy-to-staging, hostile-pickle at download-model. Why: docs/explanation/failure-lessons.md",
        },
        {
          name: "simulated-accuracy",
          value: "random",
          description:
            "What the accuracy test sees: random, or a number; below 0.80 the model is not registered",
        },
        {
          name: "branch",
          value: "",
          description:
            "Branch of the training code whose newest commit trains; without branch and commit, the lab's own code does",
        },
        {
          name: "commit",
          value: "",
          description:
            "Commit of the training code, in full. With a branch, the run fails once it is not the newest one any more",
        },
        {
          name: "train-repository",
          value: TRAINING_ARGS.trainingCode.repository,
          description: "Git repository of the training code",
        },
      ],
    },
    "spec.serviceAccountName": "train-model",
    "spec.synchronization": { mutexes: [{ name: "train-model" }] },
    "spec.activeDeadlineSeconds": 10_800,
    "spec.ttlStrategy": { secondsAfterCompletion: 86400 },
    "spec.podGC": { strategy: "OnWorkflowCompletion", deleteDelayDuration: "8h" },
    "spec.securityContext": {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    "spec.workflowMetadata": {
      labelsFrom: {
        "gourmetgram/training": { expression: "workflow.name" },
        "gourmetgram/scenario": { expression: "workflow.parameters['scenario']" },
      },
    },
    "spec.templates.run-training.outputs.parameters.model-version.globalName": "model-version",
    "spec.templates.run-training.outputs.parameters.model-version.valueFrom.default": "",
    // The step before it tells with which image to train.
    "spec.templates.run-training.inputs": { parameters: [{ name: "image" }, { name: "commit" }] },
    "spec.templates.training-and-build.steps[0].run-training.arguments": {
      parameters: [
        { name: "image", value: referenceText("steps.training-image.outputs.parameters.image") },
        { name: "commit", value: referenceText("steps.training-image.outputs.parameters.commit") },
      ],
    },
    "spec.templates.run-training.container.env.TRAINING_COMMIT": {
      name: "TRAINING_COMMIT",
      value: referenceText("inputs.parameters.commit"),
    },
    "spec.templates.run-training.activeDeadlineSeconds": 1440,
    "spec.templates.run-training.retryStrategy": {
      limit: 2,
      retryPolicy: "OnError",
      backoff: { duration: "2s", factor: 5 },
    },
    "spec.templates.run-training.container.args": [referenceText("workflow.parameters.scenario")],
    "spec.templates.run-training.container.env.SIMULATED_ACCURACY": {
      name: "SIMULATED_ACCURACY",
      value: referenceText("workflow.parameters.simulated-accuracy"),
    },
    "spec.templates.run-training.container.env.ARGO_WORKFLOW_NAME": {
      name: "ARGO_WORKFLOW_NAME",
      value: referenceText("workflow.name"),
    },
    "spec.templates.run-training.container.env.TRAINING_IMAGE": {
      name: "TRAINING_IMAGE",
      value: referenceText("inputs.parameters.image"),
    },
    "spec.templates.run-training.container.resources": {
      requests: { cpu: "500m", memory: "1Gi" },
      limits: { cpu: "2", memory: "3Gi" },
    },
    "spec.templates.run-training.container.securityContext": {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    },
    "spec.templates.run-training.container.terminationMessagePolicy": "FallbackToLogsOnError",
    "spec.templates.trigger-build.serviceAccountName": "trigger-build",
    "spec.templates.trigger-build.activeDeadlineSeconds": 9000,
    "spec.templates.trigger-build.resource.setOwnerReference": true,
    "spec.templates.trigger-build.resource.successCondition": "status.phase == Succeeded",
    "spec.templates.trigger-build.resource.failureCondition": "status.phase in (Failed, Error)",
  };
  // The lines that differ. The image is what the step before tells, and Argo puts the value into the condition before it parses it: in the course's form an
  // empty version leaves ` != ''`, which is no expression, and the run ends with an error instead of skipping the step.
  const VERSION = referenceText("steps.run-training.outputs.parameters.model-version");
  const BUILD = manifestText(course("train-model"));
  const CHANGES: Record<string, Difference> = {
    // So that Argo's page leads from the build to its training, by whatever the training was started.
    "spec.templates.trigger-build.resource.manifest": {
      from: BUILD,
      to: BUILD.replace(
        "\nspec:\n",
        `\n  labels:\n    gourmetgram/training: "${referenceText("workflow.name")}"\nspec:\n`,
      ),
    },
    "spec.templates.training-and-build.steps[1].build-container.when": {
      from: `${VERSION} != ''`,
      to: `'${VERSION}' != ''`,
    },
    "spec.templates.run-training.container.image": {
      from: IMAGE,
      to: referenceText("inputs.parameters.image"),
    },
  };

  it("equals the course's text, apart from what is listed", () => {
    const additions = Object.entries(ADDITIONS).map(([path, added]): [string, Difference] => [
      path,
      { added },
    ]);
    assert.deepEqual(differences(course("train-model"), withoutImageStep(trainModel(args).manifest())), {
      ...CHANGES,
      ...Object.fromEntries(additions),
    });
  });

  it("first tells the image, in a step that is never skipped", () => {
    const { templates } = trainModel(args).manifest().spec;
    const [first] = templates.find(({ name }) => name === "training-and-build")?.steps ?? [];
    assert.deepEqual(first, [{ name: "training-image", template: "training-image" }]);
    const image = templates.find(({ name }) => name === "training-image");
    assert.deepEqual(image?.metadata?.labels, { "gourmetgram.dev/role": "build-image" });
    // The account of the training itself, which runs what people push, may not start BuildKit.
    assert.equal(image.serviceAccountName, "builder");
    const env = Object.fromEntries((image?.container?.env ?? []).map((each) => [each.name, each.value]));
    assert.equal(env["TRAINING_IMAGE"], IMAGE);
    assert.equal(env["TRAIN_COMMIT"], referenceText("workflow.parameters.commit"));
    assert.equal(env["TRAIN_BASE_IMAGE"], TRAINING_ARGS.trainingCode.baseImage);
  });

  it("renders to equal objects every time", () => {
    const model = trainModel(args);
    assert.equal(JSON.stringify(model.manifest("lab")), JSON.stringify(model.manifest("lab")));
    assert.equal(JSON.stringify(trainModel(args).manifest()), JSON.stringify(model.manifest()));
  });

  it("names the secret for pulling only where there is one", () => {
    const { spec } = trainModel({ ...args, imagePullSecret: "registry" }).manifest();
    assert.deepEqual(spec.imagePullSecrets, [{ name: "registry" }]);
    assert.ok(!("imagePullSecrets" in trainModel({ ...args, imagePullSecret: undefined }).manifest().spec));
  });
});

describe("train-model-cron", () => {
  const DESCRIBED = {
    "workflows.argoproj.io/title": "Scheduled training",
    "workflows.argoproj.io/description":
      "Starts `train-model` with its defaults, so the accuracy is random and some runs fail on purpose.",
  };

  it("equals the course's text, apart from what is listed", () => {
    const schedule = { schedule: "0 2 * * *", timezone: "UTC", suspended: false };
    assert.deepEqual(differences(course("train-model-cron"), trainModelCron(trainModel(args), schedule)), {
      "metadata.annotations": { added: DESCRIBED },
      // Argo 4 no longer knows the singular.
      "spec.schedule": { removed: "0 2 * * *" },
      "spec.schedules": { added: ["0 2 * * *"] },
      "spec.timezone": { added: "UTC" },
      "spec.concurrencyPolicy": { added: "Forbid" },
      "spec.startingDeadlineSeconds": { added: 600 },
      "spec.successfulJobsHistoryLimit": { added: 3 },
      "spec.failedJobsHistoryLimit": { added: 3 },
      "spec.suspend": { added: false },
    } satisfies Record<string, Difference>);
  });

  it("takes schedule, time zone and suspension from the configuration", () => {
    const schedule = { schedule: "30 4 * * 1", timezone: "Europe/Berlin", suspended: true };
    const { metadata, spec } = trainModelCron(trainModel(args), schedule, "lab");
    assert.deepEqual(metadata, { name: "train-model-cron", namespace: "lab", annotations: DESCRIBED });
    assert.deepEqual([spec.schedules, spec.timezone, spec.suspend], [["30 4 * * 1"], "Europe/Berlin", true]);
  });
});

describe("the deadlines of a run", () => {
  for (const seconds of [60, 61, 3600, 604_800]) {
    it(`fit into ${seconds} seconds, the inner ones within the outer`, () => {
      const { run, image, training, build: step, child } = deadlines(seconds);
      const work = image + training + child.run + child.restore;
      assert.ok(work <= seconds, "the work is within what was set");
      assert.ok(image + training + step <= run, `${image} + ${training} + ${step} > ${run}`);
      assert.ok(child.run + child.restore < step, `${child.run} + ${child.restore} >= ${step}`);
      const parts = child.build + child.deploy + child.test;
      assert.ok(parts < child.run, `${parts} >= ${child.run}`);
      assert.ok(
        [image, training, step, ...Object.values<number>({ ...child })].every(
          (each) => Number.isInteger(each) && each > 0,
        ),
      );
    });
  }

  it("leave a build the time that those ahead of it may take, and then its own", () => {
    for (const seconds of [900, 3600, 604_800]) {
      const { run, training, build: step, child } = deadlines(seconds);
      const one = child.run + child.restore;
      // A build that waits for the mutex has not begun, so that its own deadline does not run.
      assert.ok(BUILDS_AHEAD * one + one < step, `${BUILDS_AHEAD + 1} builds of ${one} s in ${step} s`);
      assert.ok(training + step <= run);
    }
  });

  it("stand in the templates", () => {
    assert.equal(build.manifest().spec.activeDeadlineSeconds, 1530);
  });
});

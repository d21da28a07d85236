import {
  assertChildNames,
  childrenOf,
  onlyResource,
  promiseOf,
  resetMocks,
  settled,
} from "../../support/mocks";
import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { WorkflowTemplateManifest } from "../../../packages/argo-workflows";
import { buildContainerImage } from "../../../workflows/build/build-container-image";
import { trainModel, trainModelCron } from "../../../workflows/training/train-model";
import { TrainingWorkflows } from "../../../workflows/training-workflows";
import { deadlines } from "../../../components/argo/workflow-policy";
import { TRAINING_ARGS } from "../../support/training";

const TRAIN = "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate";
const EVENT = "kubernetes:argoproj.io/v1alpha1:WorkflowEventBinding";
const SCHEDULE = "kubernetes:argoproj.io/v1alpha1:CronWorkflow";

describe("TrainingWorkflows", () => {
  beforeEach(() => resetMocks());

  it("creates the templates, the schedule and what takes events, as they are rendered", async () => {
    const workflows = new TrainingWorkflows("workflows", TRAINING_ARGS);
    assert.deepEqual((await childrenOf(workflows)).sort(), [
      `${SCHEDULE} workflows-schedule`,
      `${EVENT} workflows-train-on-degradation`,
      `${EVENT} workflows-train-on-new-data`,
      `${EVENT} workflows-train-on-push`,
      `${TRAIN} workflows-build`,
      `${TRAIN} workflows-train`,
    ]);
    await assertChildNames();

    const limits = deadlines(TRAINING_ARGS.deadlineSeconds);
    const build = buildContainerImage({ ...TRAINING_ARGS, deadlines: limits.child });
    const train = trainModel({
      code: {
        ...TRAINING_ARGS,
        image: TRAINING_ARGS.trainingImage,
        ...TRAINING_ARGS.trainingCode,
        serviceAccount: TRAINING_ARGS.serviceAccounts.build,
      },
      mlflowUrl: TRAINING_ARGS.mlflowUrl,
      serviceAccounts: TRAINING_ARGS.serviceAccounts,
      deadlines: limits,
      build,
    });
    assert.deepEqual((await onlyResource(TRAIN, "workflows-build")).inputs, build.manifest("lab"));
    assert.deepEqual((await onlyResource(TRAIN, "workflows-train")).inputs, train.manifest("lab"));
    assert.deepEqual((await onlyResource(SCHEDULE)).inputs, trainModelCron(train, TRAINING_ARGS, "lab"));
  });

  it("gives the names of what it created", async () => {
    const workflows = new TrainingWorkflows("workflows", TRAINING_ARGS);
    const names = {
      trainTemplate: "train-model",
      buildTemplate: "build-container-image",
      scheduleName: "train-model-cron",
    };
    const { trainTemplate, buildTemplate, scheduleName } = workflows;
    assert.deepEqual(await promiseOf(pulumi.output({ trainTemplate, buildTemplate, scheduleName })), names);
    assert.deepEqual((await onlyResource("gourmetgram:index:TrainingWorkflows")).outputs, names);
  });

  it("waits for what it depends on, and each object for the one that it refers to", async () => {
    const kind = new k8s.core.v1.ConfigMap("installed", {});
    new TrainingWorkflows("workflows", TRAINING_ARGS, { dependsOn: [kind] });
    const installed = (await onlyResource("kubernetes:core/v1:ConfigMap")).urn;
    const [build, train, schedule] = await Promise.all([
      onlyResource(TRAIN, "workflows-build"),
      onlyResource(TRAIN, "workflows-train"),
      onlyResource(SCHEDULE),
    ]);
    assert.deepEqual([...build.dependencies], [installed]);
    assert.deepEqual([...train.dependencies].sort(), [installed, build.urn].sort());
    assert.deepEqual([...schedule.dependencies].sort(), [installed, train.urn].sort());
  });

  it("shows everything but the image in a preview before the image is built", async () => {
    resetMocks({ preview: true });
    const unknown = pulumi.output(pulumi.unknown) as pulumi.Output<string>;
    new TrainingWorkflows("workflows", { ...TRAINING_ARGS, trainingImage: unknown });
    await settled();
    const { inputs } = await onlyResource(TRAIN, "workflows-train");
    const { templates } = inputs["spec"] as unknown as WorkflowTemplateManifest["spec"];
    assert.deepEqual(
      templates.map(({ name }) => name),
      ["training-and-build", "training-image", "run-training", "trigger-build"],
    );
    assert.deepEqual(templates[2]?.container?.command, ["python", "flow.py"]);
  });
});

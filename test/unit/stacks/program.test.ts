import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { recorded, resetMocks, setConfig } from "../../support/mocks";
import { runProgram, valuesOf } from "../../support/program";
import { componentsOf, describeStack, urnsOf } from "../../support/stack";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

describeStack(
  "without configuration",
  () => undefined,
  (stack) => {
    it("gives the typed outputs", async () => {
      const { trainingImage, rights, footprint, ...outputs } = await valuesOf(stack.outputs);
      assert.deepEqual(outputs, {
        namespace: "gourmetgram-platform",
        mlflowUrl: "http://mlflow.gourmetgram-platform.svc.cluster.local:8000",
        mlflowExternalUrl: "http://localhost:30800",
        registry: {
          inCluster: "registry.kube-system.svc.cluster.local:5000",
          fromNodes: "localhost:30500",
          forPushing: "localhost:30500",
          own: true,
          plainHttp: true,
        },
        workflowTemplates: { train: "train-model", build: "build-container-image" },
        schedule: { name: "train-model-cron", cron: "0 2 * * *", timezone: "UTC", suspended: false },
        argoServerUrl: "https://localhost:30746",
        submitTraining: "argo submit -n gourmetgram-platform --from workflowtemplate/train-model --watch",
        workloads: {
          mlflow: { kind: "Deployment", namespace: "gourmetgram-platform", name: "mlflow" },
          postgres: { kind: "StatefulSet", namespace: "gourmetgram-platform", name: "mlflow-postgres" },
        },
        registeredModel: {
          name: "GourmetGramFood11Model",
          alias: "development",
          stagingAlias: "staging",
        },
        staging: {
          namespace: "gourmetgram-staging",
          deployment: "gourmetgram",
          url: "http://gourmetgram.gourmetgram-staging.svc.cluster.local:8000",
          externalUrl: "http://localhost:30081",
        },
        appRepository: {
          url: "http://app-repository.gourmetgram-platform.svc.cluster.local:8080/gourmetgram.git",
          externalUrl: "http://localhost:30300/gourmetgram.git",
          branch: "main",
          username: "student",
        },
        trainRepository: {
          url: "http://app-repository.gourmetgram-platform.svc.cluster.local:8080/gourmetgram-train.git",
          externalUrl: "http://localhost:30300/gourmetgram-train.git",
          branch: "mlops",
        },
        builder: {
          address: "tcp://buildkitd.gourmetgram-build.svc.cluster.local:1234",
          namespace: "gourmetgram-build",
        },
      });
      assert.match(trainingImage.digest, DIGEST);
      assert.equal(trainingImage.reference, `localhost:30500/gourmetgram-train@${trainingImage.digest}`);
      assert.deepEqual(
        rights.map(({ role, serviceAccount, namespace }) => [role, serviceAccount, namespace]),
        [
          ["train-model", "train-model", "gourmetgram-platform"],
          ["trigger-build", "trigger-build", "gourmetgram-platform"],
          ["build-container-image", "build-container-image", "gourmetgram-platform"],
          ["build-container-image", "build-container-image", "gourmetgram-build"],
          ["deploy-staging", "deploy-staging", "gourmetgram-platform"],
          ["deploy-staging", "deploy-staging", "gourmetgram-staging"],
          ["git-webhook", "git-webhook", "gourmetgram-platform"],
          ["submit-training", "student", "gourmetgram-platform"],
          ["forward-ports", "student", "gourmetgram-platform"],
          ["forward-ports", "student", "gourmetgram-staging"],
        ],
      );
      assert.deepEqual([footprint.pods, footprint.runsAtOnce], [7, 2]);
      assert.ok(rights.every(({ rules }) => rules.length > 0));
    });

    it("is made of these components", () => {
      assert.deepEqual(componentsOf(stack.all), [
        "gourmetgram:index:Ownership ownership",
        "gourmetgram:index:PlatformNamespace platform",
        "gourmetgram:index:LocalRegistry registry",
        "gourmetgram:index:TrainingBaseImage training-base-image",
        "gourmetgram:index:TrainingImage training-image",
        "gourmetgram:index:PipelineImage pipeline-image",
        "gourmetgram:index:AppBaseImage app-base-image",
        "gourmetgram:index:MlflowImage mlflow-image",
        "gourmetgram:index:GitServerImage git-server-image",
        "gourmetgram:index:ArgoWorkflows argo",
        "gourmetgram:index:Postgres postgres",
        "gourmetgram:index:Mlflow mlflow",
        "gourmetgram:index:Builder builder",
        "gourmetgram:index:Staging staging",
        "gourmetgram:index:Rbac rbac",
        "gourmetgram:index:EventSender webhook",
        "gourmetgram:index:AppRepository app-repository",
        "gourmetgram:index:LabNetwork network",
        "gourmetgram:index:TrainingWorkflows workflows",
      ]);
    });

    it("builds images when the registry is ready", () => {
      const registry = urnsOf(stack.all.filter((each) => /^registry-(?:server|service)$/.test(each.name)));
      const images = stack.all.filter((each) => each.type === "docker:index/image:Image");
      assert.deepEqual([registry.length, images.length], [2, 6]);
      for (const { urn, dependencies } of images) {
        assert.ok(
          registry.every((each) => dependencies.includes(each)),
          urn,
        );
      }
    });

    it("creates workflows when Argo is ready", () => {
      const argo = urnsOf(
        stack.all.filter(
          ({ name, type }) =>
            name === "argo-controller-deployment" || type.endsWith(":CustomResourceDefinition"),
        ),
      );
      const workflows = stack.all.filter((each) => each.type.startsWith("kubernetes:argoproj.io/"));
      assert.deepEqual([argo.length, workflows.length], [9, 6]);
      for (const { urn, dependencies } of workflows) {
        assert.ok(
          argo.every((each) => dependencies.includes(each)),
          urn,
        );
      }
    });
  },
);

describe("the program with a bad configuration", () => {
  it("creates nothing", async () => {
    resetMocks();
    setConfig({ schedule: "never" });
    await assert.rejects(runProgram(), (error: Error) => pulumi.RunError.isInstance(error));
    assert.deepEqual(await recorded(), []);
  });
});

import assert from "node:assert/strict";
import { generatedName, promiseOf, setConfig } from "../../support/mocks";
import { valuesOf } from "../../support/program";
import { componentsOf, describeStack } from "../../support/stack";

const external = () =>
  setConfig(
    {
      externalRegistry: "ghcr.io/team",
      externalRegistryUsername: "builder",
      mlflowServiceType: "LoadBalancer",
      mlflowArtifactRoot: "s3://bucket",
      argo: "existing",
      storageClass: "fast",
      appRepositoryUrl: "https://git.example.org/app.git",
      appRepositoryUsername: "reader",
    },
    {
      externalRegistryPassword: "hush-registry",
      mlflowDatabaseUri: "postgresql://mlflow:hush@db.example.org/mlflow",
      mlflowS3AccessKeyId: "hush-id",
      mlflowS3SecretAccessKey: "hush-key",
      appRepositoryPassword: "hush-repository",
    },
  );

describeStack("on what exists already", external, (stack) => {
  it("gives the outputs of what it uses", async () => {
    const { mlflowExternalUrl, registry, trainingImage, argoServerUrl, workloads } = await valuesOf(
      stack.outputs,
    );
    assert.equal(mlflowExternalUrl, "http://203.0.113.10:8000");
    assert.deepEqual(registry, {
      inCluster: "ghcr.io/team",
      fromNodes: "ghcr.io/team",
      forPushing: "ghcr.io/team",
      own: false,
      plainHttp: false,
    });
    assert.match(trainingImage.reference, /^ghcr\.io\/team\/gourmetgram-train@sha256:/);
    assert.equal(argoServerUrl, "https://argo-server.argo.svc.cluster.local:2746");
    assert.equal(workloads.postgres, null);
  });

  it("is made of these components", () => {
    assert.deepEqual(componentsOf(stack.all), [
      "gourmetgram:index:Ownership ownership",
      "gourmetgram:index:PlatformNamespace platform",
      "gourmetgram:index:TrainingBaseImage training-base-image",
      "gourmetgram:index:TrainingImage training-image",
      "gourmetgram:index:PipelineImage pipeline-image",
      "gourmetgram:index:AppBaseImage app-base-image",
      "gourmetgram:index:MlflowImage mlflow-image",
      "gourmetgram:index:ArgoWorkflows argo",
      "gourmetgram:index:RegistryPullSecret pull-secret",
      "gourmetgram:index:Mlflow mlflow",
      "gourmetgram:index:Builder builder",
      "gourmetgram:index:Staging staging",
      "gourmetgram:index:Rbac rbac",
      "gourmetgram:index:EventSender webhook",
      "gourmetgram:index:ExternalAppRepository app-repository",
      "gourmetgram:index:TrainingWorkflows workflows",
      "gourmetgram:index:LabNetwork network",
    ]);
  });

  it("creates no volume, no database and nothing cluster-wide but its namespaces", () => {
    const created = stack.all
      .filter(({ custom, type }) => custom && /Claim$|StatefulSet$|Definition$|Namespace$/.test(type))
      .map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(created.sort(), [
      "kubernetes:core/v1:Namespace builder-namespace",
      "kubernetes:core/v1:Namespace platform-namespace",
      "kubernetes:core/v1:Namespace staging-namespace",
    ]);
  });

  it("lets every pod pull from a registry that asks for credentials", () => {
    const pods = stack.all.filter(
      ({ type, inputs }) =>
        type.startsWith("kubernetes:") && JSON.stringify(inputs).includes("ghcr.io/team/gourmetgram-"),
    );
    assert.equal(pods.length, 4);
    for (const { urn, inputs } of pods) {
      const secret = urn.includes("Staging") ? "staging-pull-secret-credentials" : "pull-secret-credentials";
      const wanted = `"imagePullSecrets":[{"name":"${generatedName(secret)}"}]`;
      assert.ok(JSON.stringify(inputs).includes(wanted), urn);
    }
  });

  it("lets the builder push to it, and read the application's repository", () => {
    const build = stack.all.find(({ name }) => name === "workflows-build");
    const text = JSON.stringify(build?.inputs);
    for (const secret of ["pull-secret-credentials", "app-repository-credentials"]) {
      assert.ok(text.includes(`"secretName":"${generatedName(secret)}"`), secret);
    }
  });

  it("gives the repository as it is, and nobody's password", async () => {
    const { appRepository } = await valuesOf(stack.outputs);
    assert.deepEqual(appRepository, {
      url: "https://git.example.org/app.git",
      externalUrl: "https://git.example.org/app.git",
      branch: "main",
      username: null,
    });
    assert.equal(await promiseOf(stack.outputs.appRepositoryPassword), null);
  });
});

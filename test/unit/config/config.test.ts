import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { assertSecret, promiseOf, resetMocks, setConfig } from "../../support/mocks";
import { loadConfig } from "../../../config/load";

const DATABASE = "postgresql://mlflow:hush@db.example.org/mlflow";

/** What a lab of its own has of the settings that are there for a class. */
const ONE_LAB = {
  scope: "lab",
  student: undefined,
  size: "medium",
  budget: { cpu: undefined, memory: undefined, storage: undefined },
  keepData: false,
};

describe("loadConfig", () => {
  beforeEach(() => resetMocks());

  it("needs no configuration", () => {
    assert.deepEqual(loadConfig(), {
      ...ONE_LAB,
      namespace: "gourmetgram-platform",
      storageClass: undefined,
      externalHost: "localhost",
      registry: {
        kind: "local",
        image: "docker.io/library/registry:3.0.0",
        nodePort: 30500,
        storage: "10Gi",
        pullFrom: "node-port",
        pushAddress: undefined,
        pullAddress: undefined,
        guardImage: "docker.io/nginxinc/nginx-unprivileged:1.29.3",
      },
      pythonBaseImage: "python:3.11-slim",
      torchIndexUrl: "https://download.pytorch.org/whl/cpu",
      platform: undefined,
      postgres: { image: "docker.io/library/postgres:17.6", storage: "5Gi" },
      mlflow: {
        storage: "10Gi",
        databaseUri: undefined,
        s3: undefined,
        exposure: { type: "NodePort", nodePort: 30800, externalIps: [], allowedHosts: [] },
      },
      argo: {
        mode: "install",
        namespace: "argo",
        images: {
          controller: "quay.io/argoproj/workflow-controller:v3.7.18",
          executor: "quay.io/argoproj/argoexec:v3.7.18",
          server: "quay.io/argoproj/argocli:v3.7.18",
        },
        serverNodePort: 30746,
        namespaceParallelism: 50,
      },
      schedule: { cron: "0 2 * * *", timezone: "UTC", suspended: false },
      staging: { namespace: "gourmetgram-staging", nodePort: 30081 },
      builder: {
        namespace: "gourmetgram-build",
        image: "docker.io/moby/buildkit:v0.26.3-rootless",
        mode: "rootless",
        cacheStorage: "20Gi",
      },
      appRepository: {
        kind: "hosted",
        branch: "main",
        nodePort: 30300,
        storage: "1Gi",
        baseImage: "debian:bookworm-slim",
      },
      trainingDeadlineSeconds: 3600,
    });
  });

  it("reads every plain key", () => {
    setConfig({
      namespace: "lab",
      storageClass: "fast",
      externalHost: "192.0.2.7",
      registryNodePort: 30501,
      registryStorage: "1Gi",
      registryPullFrom: "in-cluster",
      registryPushAddress: "127.0.0.1:30501",
      pythonBaseImage: "base:1",
      torchIndexUrl: "https://wheels.example.org/cpu",
      platform: "linux/arm64",
      registryImage: "registry:1",
      postgresImage: "postgres:1",
      argoControllerImage: "controller:1",
      argoExecutorImage: "executor:1",
      argoServerImage: "server:1",
      mlflowServiceType: "LoadBalancer",
      mlflowNodePort: 30801,
      mlflowExternalIps: ["203.0.113.7"],
      mlflowAllowedHosts: ["mlflow.example.org"],
      mlflowStorage: "2Gi",
      mlflowArtifactRoot: "s3://bucket/path",
      mlflowS3Endpoint: "https://s3.example.org",
      postgresStorage: "3Gi",
      argo: "existing",
      argoNamespace: "workflows",
      argoServerNodePort: 30747,
      namespaceParallelism: 4,
      schedule: "30 4 * * 1",
      scheduleTimezone: "Europe/Berlin",
      scheduleSuspended: true,
      trainingDeadlineSeconds: 1800,
      stagingNamespace: "stage",
      stagingNodePort: 30082,
      buildNamespace: "build",
      buildkitImage: "buildkit:1",
      buildkitMode: "privileged",
      buildCacheStorage: "4Gi",
      appRepositoryBranch: "course",
      appRepositoryNodePort: 30301,
      appRepositoryStorage: "5Gi",
      gitServerBaseImage: "debian:1",
      // Keys of other projects and providers are none of this project's business.
      "kubernetes:context": "elsewhere",
    });
    assert.deepEqual(loadConfig(), {
      ...ONE_LAB,
      namespace: "lab",
      storageClass: "fast",
      externalHost: "192.0.2.7",
      registry: {
        kind: "local",
        image: "registry:1",
        nodePort: 30501,
        storage: "1Gi",
        pullFrom: "in-cluster",
        pushAddress: "127.0.0.1:30501",
        pullAddress: undefined,
        guardImage: "docker.io/nginxinc/nginx-unprivileged:1.29.3",
      },
      pythonBaseImage: "base:1",
      torchIndexUrl: "https://wheels.example.org/cpu",
      platform: "linux/arm64",
      postgres: { image: "postgres:1", storage: "3Gi" },
      mlflow: {
        storage: "2Gi",
        databaseUri: undefined,
        s3: { root: "s3://bucket/path", endpoint: "https://s3.example.org", credentials: undefined },
        exposure: {
          type: "LoadBalancer",
          nodePort: 30801,
          externalIps: ["203.0.113.7"],
          allowedHosts: ["mlflow.example.org"],
        },
      },
      argo: {
        mode: "existing",
        namespace: "workflows",
        images: { controller: "controller:1", executor: "executor:1", server: "server:1" },
        serverNodePort: 30747,
        namespaceParallelism: 4,
      },
      schedule: { cron: "30 4 * * 1", timezone: "Europe/Berlin", suspended: true },
      staging: { namespace: "stage", nodePort: 30082 },
      builder: { namespace: "build", image: "buildkit:1", mode: "privileged", cacheStorage: "4Gi" },
      appRepository: {
        kind: "hosted",
        branch: "course",
        nodePort: 30301,
        storage: "5Gi",
        baseImage: "debian:1",
      },
      trainingDeadlineSeconds: 1800,
    });
  });

  it("keeps secrets secret", async () => {
    setConfig(
      {
        externalRegistry: "ghcr.io/team",
        externalRegistryUsername: "builder",
        mlflowArtifactRoot: "s3://bucket",
        appRepositoryUrl: "https://git.example.org/app.git",
        appRepositoryUsername: "reader",
      },
      {
        externalRegistryPassword: "hush-1",
        mlflowDatabaseUri: DATABASE,
        mlflowS3AccessKeyId: "hush-2",
        mlflowS3SecretAccessKey: "hush-3",
        appRepositoryPassword: "hush-4",
      },
    );
    const { registry, mlflow, appRepository } = loadConfig();
    assert.ok(registry.kind === "external" && registry.credentials !== undefined);
    assert.equal(registry.address, "ghcr.io/team");
    assert.equal(registry.credentials.username, "builder");
    assert.ok(appRepository.kind === "external" && appRepository.credentials !== undefined);
    assert.equal(appRepository.credentials.username, "reader");
    const secrets = {
      externalRegistryPassword: registry.credentials.password,
      mlflowDatabaseUri: mlflow.databaseUri,
      mlflowS3AccessKeyId: mlflow.s3?.credentials?.accessKeyId,
      mlflowS3SecretAccessKey: mlflow.s3?.credentials?.secretAccessKey,
      appRepositoryPassword: appRepository.credentials.password,
    };
    for (const [name, value] of Object.entries(secrets)) {
      assert.ok(value !== undefined, name);
      await assertSecret(value, name);
    }
    assert.deepEqual(await promiseOf(pulumi.all(Object.values(secrets))), [
      "hush-1",
      DATABASE,
      "hush-2",
      "hush-3",
      "hush-4",
    ]);
  });

  it("takes an external registry that asks nobody", () => {
    setConfig({ externalRegistry: "registry.example.org:5000" });
    assert.deepEqual(loadConfig().registry, {
      kind: "external",
      address: "registry.example.org:5000",
      pushAddress: undefined,
      pullAddress: undefined,
      inClusterAddress: undefined,
      plainHttp: false,
      credentials: undefined,
    });
  });

  it("takes an external registry with several addresses that speaks plain HTTP", () => {
    setConfig({
      externalRegistry: "localhost:5001",
      registryPushAddress: "127.0.0.1:5001",
      registryPullAddress: "registry.local:5001",
      externalRegistryInCluster: "kind-registry:5000",
      externalRegistryPlainHttp: true,
    });
    assert.deepEqual(loadConfig().registry, {
      kind: "external",
      address: "localhost:5001",
      pushAddress: "127.0.0.1:5001",
      pullAddress: "registry.local:5001",
      inClusterAddress: "kind-registry:5000",
      plainHttp: true,
      credentials: undefined,
    });
  });

  it("takes torch from pip's own index on a base that is not Docker's official Python image", () => {
    setConfig({ pythonBaseImage: "lab.local/python-base:bookworm" });
    assert.equal(loadConfig().torchIndexUrl, undefined);
  });

  it("takes a repository that everyone may read", () => {
    setConfig({ appRepositoryUrl: "https://git.example.org/app.git", appRepositoryBranch: "course" });
    assert.deepEqual(loadConfig().appRepository, {
      kind: "external",
      url: "https://git.example.org/app.git",
      branch: "course",
      credentials: undefined,
    });
  });
});

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { assertSecret, type Plain, promiseOf, resetMocks, setConfig } from "../../support/mocks";
import { KEY_NAMES, KEYS, type KeyName, scopesOf } from "../../../config/keys";
import type { Scope } from "../../../config/key";
import { loadConfig } from "../../../config/load";
import type { LabConfig } from "../../../config/stack-config";

const DATABASE = "postgresql://mlflow:hush@db.example.org/mlflow";

/** The defaults of all keys that a kind of stack uses. */
function defaultsOf(scope: Scope): Partial<Record<KeyName, unknown>> {
  const used = KEY_NAMES.filter((key) => scopesOf(key).includes(scope));
  return Object.fromEntries(used.map((key) => [key, KEYS[key].default]));
}

/** The index that goes with the default base image. */
const torchIndexUrl = "https://download.pytorch.org/whl/cpu";

describe("loadConfig", () => {
  beforeEach(() => resetMocks());

  it("needs no configuration: a lab has the default of each key that it uses", () => {
    assert.deepEqual(loadConfig(), { ...defaultsOf("lab"), mlflowServiceType: "NodePort", torchIndexUrl });
  });

  it("gives a base what a base uses, and nothing else", () => {
    setConfig({ scope: "base", registryStorage: "1Gi", mlflowStorage: "2Gi" });
    assert.deepEqual(loadConfig(), {
      ...defaultsOf("base"),
      scope: "base",
      registryStorage: "1Gi",
      torchIndexUrl,
    });
  });

  it("reads every plain key", () => {
    const values = {
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
    } satisfies Partial<Record<KeyName, Plain>>;
    // Keys of other projects and providers are none of this project's business.
    setConfig({ ...values, "kubernetes:context": "elsewhere" });
    assert.deepEqual(loadConfig(), { ...defaultsOf("lab"), ...values });
  });

  it("keeps secrets secret", async () => {
    const secrets = {
      externalRegistryPassword: "hush-1",
      mlflowDatabaseUri: DATABASE,
      mlflowS3AccessKeyId: "hush-2",
      mlflowS3SecretAccessKey: "hush-3",
      appRepositoryPassword: "hush-4",
      backupPassphrase: "hush hush hush",
      backupS3AccessKeyId: "hush-5",
      backupS3SecretAccessKey: "hush-6",
    };
    setConfig(
      {
        externalRegistry: "ghcr.io/team",
        externalRegistryUsername: "builder",
        mlflowArtifactRoot: "s3://bucket",
        appRepositoryUrl: "https://git.example.org/app.git",
        appRepositoryUsername: "reader",
        backupBucket: "s3://bucket/backups",
      },
      secrets,
    );
    const config = loadConfig() as LabConfig;
    for (const [name, value] of Object.entries(secrets)) {
      const loaded = config[name as keyof typeof secrets];
      assert.ok(pulumi.Output.isInstance(loaded), name);
      await assertSecret(loaded, name);
      assert.equal(await promiseOf(loaded), value);
    }
    assert.deepEqual(
      KEY_NAMES.filter((key) => KEYS[key].secret),
      Object.keys(secrets),
    );
  });

  it("takes torch from pip's own index on a base that is not Docker's official Python image", () => {
    setConfig({ pythonBaseImage: "lab.local/python-base:bookworm" });
    assert.equal((loadConfig() as LabConfig).torchIndexUrl, undefined);
  });
});

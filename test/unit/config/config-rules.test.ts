import assert from "node:assert/strict";
import { type Plain, resetMocks, setConfig } from "../../support/mocks";
import { refusal, single } from "../../support/refusal";
import { loadConfig } from "../../../config/load";

describe("keys that loadConfig refuses together", () => {
  beforeEach(() => resetMocks());

  const rules: {
    name: string;
    values: Record<string, Plain>;
    secrets?: Record<string, string>;
    problem: string;
    fix: string;
  }[] = [
    {
      name: "a user name without a password",
      values: { externalRegistry: "ghcr.io", externalRegistryUsername: "builder" },
      problem:
        "gourmetgram:externalRegistryPassword: it is missing: gourmetgram:externalRegistryUsername needs it",
      fix: "pulumi config set --secret gourmetgram:externalRegistryPassword",
    },
    {
      name: "a password without a user name",
      values: { externalRegistry: "ghcr.io" },
      secrets: { externalRegistryPassword: "hush" },
      problem:
        "gourmetgram:externalRegistryUsername: it is missing: gourmetgram:externalRegistryPassword needs it",
      fix: "pulumi config set gourmetgram:externalRegistryUsername builder",
    },
    {
      name: "backups that nobody could read",
      values: { backupSchedule: "0 3 * * *" },
      problem: "gourmetgram:backupPassphrase: it is missing: gourmetgram:backupSchedule needs it",
      fix: "pulumi config set --secret gourmetgram:backupPassphrase",
    },
    {
      name: "a passphrase that is guessed",
      values: { backupSchedule: "0 3 * * *" },
      secrets: { backupPassphrase: "eleven char" },
      problem: "gourmetgram:backupPassphrase (secret): expected at least 12 characters: use several words",
      fix: "pulumi config set --secret gourmetgram:backupPassphrase",
    },
    {
      name: "backups without a database",
      values: { backupSchedule: "0 3 * * *" },
      secrets: {
        backupPassphrase: "several words",
        mlflowDatabaseUri: "postgresql://mlflow:hidden@db.example.org/mlflow",
      },
      problem:
        'gourmetgram:backupSchedule is "0 3 * * *": the database is elsewhere (gourmetgram:mlflowDatabaseUri), and a backup without it is worth nothing',
      fix: "pulumi config rm gourmetgram:backupSchedule",
    },
    {
      name: "backups in the namespace of the lab",
      values: { backupSchedule: "0 3 * * *", backupNamespace: "gourmetgram-platform" },
      secrets: { backupPassphrase: "several words" },
      problem:
        'gourmetgram:backupNamespace is "gourmetgram-platform": gourmetgram:namespace has the same name',
      fix: "pulumi config set gourmetgram:backupNamespace gourmetgram-backup",
    },
    {
      name: "an address for pods of a registry that there is not",
      values: { externalRegistryInCluster: "kind-registry:5000" },
      problem:
        'gourmetgram:externalRegistryInCluster is "kind-registry:5000": it applies only together with gourmetgram:externalRegistry',
      fix: "pulumi config rm gourmetgram:externalRegistryInCluster",
    },
    {
      name: "plain HTTP to a registry that there is not",
      values: { externalRegistryPlainHttp: true },
      problem:
        'gourmetgram:externalRegistryPlainHttp is "true": it applies only together with gourmetgram:externalRegistry',
      fix: "pulumi config rm gourmetgram:externalRegistryPlainHttp",
    },
    {
      name: "a registry that pods cannot reach",
      values: { externalRegistry: "localhost:5001/team" },
      problem:
        "gourmetgram:externalRegistryInCluster: it is missing: pods cannot reach localhost:5001/team, the value of gourmetgram:externalRegistry",
      fix: "pulumi config set gourmetgram:externalRegistryInCluster kind-registry:5000",
    },
    {
      name: "a loopback address for pods",
      values: { externalRegistry: "registry.example.org", externalRegistryInCluster: "127.0.0.1:5001" },
      problem:
        'gourmetgram:externalRegistryInCluster is "127.0.0.1:5001": pods cannot reach a loopback address: it leads back to the pod itself',
      fix: "pulumi config set gourmetgram:externalRegistryInCluster kind-registry:5000",
    },
    {
      name: "two addresses for nodes",
      values: { registryPullFrom: "in-cluster", registryPullAddress: "192.0.2.7:30500" },
      problem:
        'gourmetgram:registryPullFrom is "in-cluster": gourmetgram:registryPullAddress already says where nodes pull from',
      fix: "pulumi config rm gourmetgram:registryPullFrom",
    },
    {
      name: "the local registry's address for nodes with an external registry",
      values: { externalRegistry: "ghcr.io/team", registryPullFrom: "in-cluster" },
      problem:
        'gourmetgram:registryPullFrom is "in-cluster": it applies only to the local registry, and gourmetgram:externalRegistry replaces that',
      fix: "pulumi config rm gourmetgram:registryPullFrom",
    },
    {
      name: "a path in the local registry",
      values: { registryPushAddress: "localhost:30501/team" },
      problem:
        'gourmetgram:registryPushAddress is "localhost:30501/team": the local registry has no path: expected host[:port]',
      fix: "pulumi config set gourmetgram:registryPushAddress localhost:30501",
    },
    {
      name: "an access key without its secret",
      values: { mlflowArtifactRoot: "s3://bucket" },
      secrets: { mlflowS3AccessKeyId: "hush" },
      problem: "gourmetgram:mlflowS3SecretAccessKey: it is missing: gourmetgram:mlflowS3AccessKeyId needs it",
      fix: "pulumi config set --secret gourmetgram:mlflowS3SecretAccessKey",
    },
    {
      name: "an S3 address without a place in it",
      values: { mlflowS3Endpoint: "https://s3.example.org" },
      problem:
        'gourmetgram:mlflowS3Endpoint is "https://s3.example.org": it applies only together with gourmetgram:mlflowArtifactRoot',
      fix: "pulumi config rm gourmetgram:mlflowS3Endpoint",
    },
    {
      name: "an access key of the backups without its secret",
      values: { backupSchedule: "0 3 * * *", backupBucket: "s3://bucket/backups" },
      secrets: { backupPassphrase: "several words", backupS3AccessKeyId: "hush" },
      problem: "gourmetgram:backupS3SecretAccessKey: it is missing: gourmetgram:backupS3AccessKeyId needs it",
      fix: "pulumi config set --secret gourmetgram:backupS3SecretAccessKey",
    },
    {
      name: "an S3 service for backups without a bucket in it",
      values: { backupS3Endpoint: "https://s3.example.org" },
      problem:
        'gourmetgram:backupS3Endpoint is "https://s3.example.org": it applies only together with gourmetgram:backupBucket',
      fix: "pulumi config rm gourmetgram:backupS3Endpoint",
    },
    {
      name: "two Services on a node port",
      values: { mlflowNodePort: 30500 },
      problem:
        'gourmetgram:mlflowNodePort is "30500": node port 30500 is already used by gourmetgram:registryNodePort',
      fix: "pulumi config set gourmetgram:mlflowNodePort 30800",
    },
    {
      name: "the default node port of another Service",
      values: { registryNodePort: 30746 },
      problem:
        'gourmetgram:registryNodePort is "30746": node port 30746 is already used by gourmetgram:argoServerNodePort',
      fix: "pulumi config set gourmetgram:registryNodePort 30500",
    },
    {
      name: "a node port twice, where the default is taken as well",
      values: { registryNodePort: 30800, mlflowNodePort: 30900, argoServerNodePort: 30900 },
      problem:
        'gourmetgram:argoServerNodePort is "30900": node port 30900 is already used by gourmetgram:mlflowNodePort',
      fix: "pulumi config set gourmetgram:argoServerNodePort 30746",
    },
    {
      name: "a node port twice, and says a free one",
      values: { registryNodePort: 30746, mlflowNodePort: 31000, argoServerNodePort: 31000 },
      problem:
        'gourmetgram:argoServerNodePort is "31000": node port 31000 is already used by gourmetgram:mlflowNodePort',
      fix: "pulumi config set gourmetgram:argoServerNodePort 30747",
    },
    {
      name: "the namespace of Argo Workflows for the lab",
      values: { namespace: "argo" },
      problem: 'gourmetgram:namespace is "argo": gourmetgram:argoNamespace has the same name',
      fix: "pulumi config set gourmetgram:namespace gourmetgram-platform",
    },
    {
      name: "the lab's namespace for Argo Workflows",
      values: { argoNamespace: "gourmetgram-platform" },
      problem: 'gourmetgram:argoNamespace is "gourmetgram-platform": gourmetgram:namespace has the same name',
      fix: "pulumi config set gourmetgram:argoNamespace argo",
    },
    {
      name: "a password of the application's repository without a user name",
      values: { appRepositoryUrl: "https://git.example.org/app.git" },
      secrets: { appRepositoryPassword: "hush" },
      problem: "gourmetgram:appRepositoryUsername: it is missing: gourmetgram:appRepositoryPassword needs it",
      fix: "pulumi config set gourmetgram:appRepositoryUsername builder",
    },
    {
      name: "staging on the node port of the git server",
      values: { stagingNodePort: 30300 },
      problem:
        'gourmetgram:stagingNodePort is "30300": node port 30300 is already used by gourmetgram:appRepositoryNodePort',
      fix: "pulumi config set gourmetgram:stagingNodePort 30081",
    },
    {
      name: "staging in the builder's namespace",
      values: { stagingNamespace: "gourmetgram-build" },
      problem:
        'gourmetgram:stagingNamespace is "gourmetgram-build": gourmetgram:buildNamespace has the same name',
      fix: "pulumi config set gourmetgram:stagingNamespace gourmetgram-staging",
    },
    {
      name: "a namespace twice, and says a free one",
      values: { namespace: "gourmetgram-build", buildNamespace: "argo" },
      problem: 'gourmetgram:buildNamespace is "argo": gourmetgram:argoNamespace has the same name',
      fix: "pulumi config set gourmetgram:buildNamespace gourmetgram-build-2",
    },
  ];
  for (const { name, values, secrets, problem, fix } of rules) {
    it(`refuses ${name}`, () => {
      assert.equal(refusal(values, secrets), single(problem, fix));
    });
  }

  it("refuses credentials without their registry", () => {
    const text = refusal({ externalRegistryUsername: "builder" }, { externalRegistryPassword: "hush" });
    assert.match(text, /2 problems/);
    assert.match(
      text,
      /externalRegistryUsername is "builder": it applies only together with gourmetgram:externalRegistry/,
    );
    assert.match(text, /externalRegistryPassword \(secret\): it applies only together/);
    assert.doesNotMatch(text, /hush/);
  });

  it("refuses credentials without the repository that they are for", () => {
    const text = refusal({ appRepositoryUsername: "reader" }, { appRepositoryPassword: "hush" });
    assert.match(text, /2 problems/);
    assert.match(
      text,
      /appRepositoryUsername is "reader": it applies only together with gourmetgram:appRepositoryUrl/,
    );
    assert.match(text, /appRepositoryPassword \(secret\): it applies only together/);
    assert.doesNotMatch(text, /hush/);
  });

  it("reports all that is wrong with the way to a registry at once", () => {
    const text = refusal({
      externalRegistry: "localhost:5001",
      registryPullFrom: "in-cluster",
      registryPullAddress: "localhost:5001",
      platform: "linux/riscv64",
    });
    assert.match(text, /has 3 problems/);
    assert.match(text, /externalRegistryInCluster: it is missing/);
    assert.match(text, /config rm gourmetgram:registryPullFrom/);
    assert.match(text, /platform is "linux\/riscv64": expected one of linux\/amd64, linux\/arm64/);
  });

  it("judges no registry whose address is none", () => {
    const text = refusal({ externalRegistry: "https://localhost:5001", externalRegistryPlainHttp: true });
    assert.match(text, /has a problem/);
  });

  it("compares only node ports that are used", () => {
    setConfig({
      externalRegistry: "ghcr.io",
      appRepositoryUrl: "https://git.example.org/app.git",
      appRepositoryNodePort: 30081,
      mlflowServiceType: "ClusterIP",
      argo: "existing",
      registryNodePort: 30800,
      argoServerNodePort: 30800,
    });
    assert.equal(loadConfig().externalRegistry, "ghcr.io");
  });

  it("lets an Argo Workflows that exists live in the lab's namespace", () => {
    setConfig({ argo: "existing", namespace: "argo" });
    assert.equal(loadConfig().argo, "existing");
  });
});

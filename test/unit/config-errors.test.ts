import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Plain, resetMocks, setConfig } from "../support/mocks";
import { loadConfig } from "../../components/config";

/** The text of the error that a configuration ends in. */
function refusal(values: Record<string, Plain>, secrets: Record<string, string> = {}): string {
  setConfig(values, secrets);
  try {
    loadConfig();
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), "an error that the engine shows without a stack trace");
    return error.message;
  }
  assert.fail(`accepted: ${JSON.stringify(values)}`);
}

/** The text of an error with a single problem. */
function single(problem: string, mend: string): string {
  return `the configuration of the stack test has a problem:\n  ${problem}\n      mend it with: ${mend}`;
}

const DATABASE = "postgresql://mlflow:hush@db.example.org/mlflow";

describe("a configuration that loadConfig refuses", () => {
  beforeEach(() => resetMocks());

  const bad: { key: string; value: Plain; shown?: string; reason: string; mend: string }[] = [
    {
      key: "namespace",
      value: "Gourmet_Gram",
      reason:
        "a DNS label is wanted: at most 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
      mend: "pulumi config set gourmetgram:namespace gourmetgram-platform",
    },
    {
      key: "schedule",
      value: "at two",
      reason: "five fields are wanted: minute, hour, day of the month, month, day of the week",
      mend: "pulumi config set gourmetgram:schedule '0 2 * * *'",
    },
    {
      key: "postgresImage",
      value: "postgres 17",
      reason: "an image reference is wanted, such as docker.io/library/postgres:17.6",
      mend: "pulumi config set gourmetgram:postgresImage docker.io/library/postgres:17.6",
    },
    {
      key: "registryNodePort",
      value: "30500x",
      reason: "a whole number from 30000 to 32767 is wanted",
      mend: "pulumi config set gourmetgram:registryNodePort 30500",
    },
    {
      key: "mlflowNodePort",
      value: 8000,
      reason: "a whole number from 30000 to 32767 is wanted",
      mend: "pulumi config set gourmetgram:mlflowNodePort 30800",
    },
    {
      key: "trainingDeadlineSeconds",
      value: 5,
      reason: "a whole number from 60 to 604800 is wanted",
      mend: "pulumi config set gourmetgram:trainingDeadlineSeconds 3600",
    },
    {
      key: "scheduleSuspended",
      value: "yes",
      reason: "one of true, false is wanted",
      mend: "pulumi config set gourmetgram:scheduleSuspended false",
    },
    {
      key: "argo",
      value: "none",
      reason: "one of install, existing is wanted",
      mend: "pulumi config set gourmetgram:argo install",
    },
    {
      key: "storageClass",
      value: "Fast",
      reason: "a DNS subdomain is wanted: DNS labels in lower case, joined by dots",
      mend: "pulumi config set gourmetgram:storageClass standard",
    },
    {
      key: "mlflowExternalIps",
      value: ["203.0.113.7", "nowhere", ""],
      shown: '["203.0.113.7","nowhere",""]',
      reason: "nowhere: an IP address is wanted; : an IP address is wanted",
      mend: "pulumi config set --path 'gourmetgram:mlflowExternalIps[1]' 203.0.113.7",
    },
    {
      key: "mlflowAllowedHosts",
      value: "mlflow.example.org",
      shown: "mlflow.example.org",
      reason: "a list of strings is wanted",
      mend: "pulumi config rm gourmetgram:mlflowAllowedHosts",
    },
    {
      key: "namespace",
      value: "",
      reason:
        "a DNS label is wanted: at most 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
      mend: "pulumi config set gourmetgram:namespace gourmetgram-platform",
    },
  ];
  for (const { key, value, shown, reason, mend } of bad) {
    it(`refuses ${key} ${JSON.stringify(value)}`, () => {
      const text = shown ?? JSON.stringify(typeof value === "string" ? value : JSON.stringify(value));
      assert.equal(refusal({ [key]: value }), single(`gourmetgram:${key} is ${text}: ${reason}`, mend));
    });
  }

  it("refuses an unknown key and names the nearest", () => {
    assert.equal(
      refusal({ registryNodeport: 30500 }),
      single(
        "gourmetgram:registryNodeport is no key of this project; did you mean gourmetgram:registryNodePort?",
        "pulumi config rm gourmetgram:registryNodeport",
      ),
    );
  });

  it("refuses an unknown key that resembles none", () => {
    assert.equal(
      refusal({ "some thing": "" }),
      single("gourmetgram:some thing is no key of this project", "pulumi config rm 'gourmetgram:some thing'"),
    );
  });

  it("never shows a secret value", () => {
    assert.equal(
      refusal({}, { mlflowDatabaseUri: "mysql://mlflow:hush@db/mlflow" }),
      single(
        "gourmetgram:mlflowDatabaseUri (secret): a URI such as postgresql://user:password@host:5432/database is wanted",
        "pulumi config set --secret gourmetgram:mlflowDatabaseUri",
      ),
    );
  });

  it("does not show what someone chose to encrypt", () => {
    assert.equal(
      refusal({}, { schedule: "hush 2 * * *" }),
      single(
        "gourmetgram:schedule (secret): the value is not one that this key takes",
        "pulumi config set gourmetgram:schedule '0 2 * * *'",
      ),
    );
  });

  it("refuses a secret in plain text, without showing it", () => {
    assert.equal(
      refusal({ mlflowDatabaseUri: DATABASE }),
      single(
        "gourmetgram:mlflowDatabaseUri (secret): it stands in plain text in the stack's file",
        "pulumi config set --secret gourmetgram:mlflowDatabaseUri",
      ),
    );
  });

  const rules: {
    name: string;
    values: Record<string, Plain>;
    secrets?: Record<string, string>;
    problem: string;
    mend: string;
  }[] = [
    {
      name: "a user name without a password",
      values: { externalRegistry: "ghcr.io", externalRegistryUsername: "builder" },
      problem:
        "gourmetgram:externalRegistryPassword: it is missing: gourmetgram:externalRegistryUsername is of no use without it",
      mend: "pulumi config set --secret gourmetgram:externalRegistryPassword",
    },
    {
      name: "a password without a user name",
      values: { externalRegistry: "ghcr.io" },
      secrets: { externalRegistryPassword: "hush" },
      problem:
        "gourmetgram:externalRegistryUsername: it is missing: gourmetgram:externalRegistryPassword is of no use without it",
      mend: "pulumi config set gourmetgram:externalRegistryUsername builder",
    },
    {
      name: "an access key without its secret",
      values: { mlflowArtifactRoot: "s3://bucket" },
      secrets: { mlflowS3AccessKeyId: "hush" },
      problem:
        "gourmetgram:mlflowS3SecretAccessKey: it is missing: gourmetgram:mlflowS3AccessKeyId is of no use without it",
      mend: "pulumi config set --secret gourmetgram:mlflowS3SecretAccessKey",
    },
    {
      name: "an S3 address without a place in it",
      values: { mlflowS3Endpoint: "https://s3.example.org" },
      problem:
        'gourmetgram:mlflowS3Endpoint is "https://s3.example.org": it has a meaning only together with gourmetgram:mlflowArtifactRoot',
      mend: "pulumi config rm gourmetgram:mlflowS3Endpoint",
    },
    {
      name: "two Services on a node port",
      values: { mlflowNodePort: 30500 },
      problem:
        'gourmetgram:mlflowNodePort is "30500": node port 30500 is taken by gourmetgram:registryNodePort',
      mend: "pulumi config set gourmetgram:mlflowNodePort 30800",
    },
    {
      name: "the default node port of another Service",
      values: { registryNodePort: 30746 },
      problem:
        'gourmetgram:registryNodePort is "30746": node port 30746 is taken by gourmetgram:argoServerNodePort',
      mend: "pulumi config set gourmetgram:registryNodePort 30500",
    },
    {
      name: "a node port twice, where the default is taken as well",
      values: { registryNodePort: 30800, mlflowNodePort: 30900, argoServerNodePort: 30900 },
      problem:
        'gourmetgram:argoServerNodePort is "30900": node port 30900 is taken by gourmetgram:mlflowNodePort',
      mend: "pulumi config set gourmetgram:argoServerNodePort 30746",
    },
    {
      name: "a node port twice, and says a free one",
      values: { registryNodePort: 30746, mlflowNodePort: 31000, argoServerNodePort: 31000 },
      problem:
        'gourmetgram:argoServerNodePort is "31000": node port 31000 is taken by gourmetgram:mlflowNodePort',
      mend: "pulumi config set gourmetgram:argoServerNodePort 30747",
    },
    {
      name: "the namespace of Argo Workflows for the lab",
      values: { namespace: "argo" },
      problem: 'gourmetgram:namespace is "argo": gourmetgram:argoNamespace has the same name',
      mend: "pulumi config set gourmetgram:namespace gourmetgram-platform",
    },
    {
      name: "the lab's namespace for Argo Workflows",
      values: { argoNamespace: "gourmetgram-platform" },
      problem: 'gourmetgram:argoNamespace is "gourmetgram-platform": gourmetgram:namespace has the same name',
      mend: "pulumi config set gourmetgram:argoNamespace argo",
    },
  ];
  for (const { name, values, secrets, problem, mend } of rules) {
    it(`refuses ${name}`, () => {
      assert.equal(refusal(values, secrets), single(problem, mend));
    });
  }

  it("refuses credentials without their registry", () => {
    const text = refusal({ externalRegistryUsername: "builder" }, { externalRegistryPassword: "hush" });
    assert.match(text, /2 problems/);
    assert.match(
      text,
      /externalRegistryUsername is "builder": it has a meaning only together with gourmetgram:externalRegistry/,
    );
    assert.match(text, /externalRegistryPassword \(secret\): it has a meaning only together/);
    assert.doesNotMatch(text, /hush/);
  });

  it("compares only node ports that are used", () => {
    setConfig({
      externalRegistry: "ghcr.io",
      mlflowServiceType: "ClusterIP",
      argo: "existing",
      registryNodePort: 30800,
      argoServerNodePort: 30800,
    });
    assert.equal(loadConfig().mlflow.exposure.nodePort, 30800);
  });

  it("lets an Argo Workflows that exists live in the lab's namespace", () => {
    setConfig({ argo: "existing", namespace: "argo" });
    assert.equal(loadConfig().argo.namespace, "argo");
  });

  it("reports a mistake once, although rules depend on it", () => {
    assert.match(refusal({ registryNodePort: 1, mlflowNodePort: 30500 }), /has a problem:/);
    assert.match(
      refusal(
        { mlflowArtifactRoot: "bucket" },
        { mlflowS3AccessKeyId: "hush", mlflowS3SecretAccessKey: "hush" },
      ),
      /has a problem:/,
    );
  });

  it("reports all problems at once", () => {
    const text = refusal({
      namespace: "Lab",
      schedule: "never",
      postgresImage: "?",
      registryNodePort: 1,
      mlflowS3Endpoint: "https://s3.example.org",
      shedule: "0 2 * * *",
    });
    assert.match(text, /has 6 problems:/);
    const keys = [...text.matchAll(/^ {2}gourmetgram:(\w+)/gm)].map((match) => match[1]);
    assert.deepEqual(keys, [
      "shedule",
      "namespace",
      "registryNodePort",
      "postgresImage",
      "schedule",
      "mlflowS3Endpoint",
    ]);
  });
});

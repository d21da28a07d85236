import assert from "node:assert/strict";
import { type Plain, resetMocks } from "../../support/mocks";
import { refusal, single } from "../../support/refusal";

const DATABASE = "postgresql://mlflow:hush@db.example.org/mlflow";

describe("a configuration that loadConfig refuses", () => {
  beforeEach(() => resetMocks());

  const bad: { key: string; value: Plain; shown?: string; reason: string; fix: string }[] = [
    {
      key: "namespace",
      value: "Gourmet_Gram",
      reason:
        "expected a DNS label: at most 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
      fix: "pulumi config set gourmetgram:namespace gourmetgram-platform",
    },
    {
      key: "schedule",
      value: "at two",
      reason:
        'expected five fields such as "0 2 * * *": minute, hour, day of the month, month, day of the week',
      fix: "pulumi config set gourmetgram:schedule '0 2 * * *'",
    },
    {
      key: "postgresImage",
      value: "postgres 17",
      reason: "expected an image reference, such as docker.io/library/postgres:17.6",
      fix: "pulumi config set gourmetgram:postgresImage docker.io/library/postgres:17.6",
    },
    {
      key: "registryNodePort",
      value: "30500x",
      reason: "expected an integer from 30000 to 32767",
      fix: "pulumi config set gourmetgram:registryNodePort 30500",
    },
    {
      key: "mlflowNodePort",
      value: 8000,
      reason: "expected an integer from 30000 to 32767",
      fix: "pulumi config set gourmetgram:mlflowNodePort 30800",
    },
    {
      key: "trainingDeadlineSeconds",
      value: 5,
      reason: "expected an integer from 900 to 604800",
      fix: "pulumi config set gourmetgram:trainingDeadlineSeconds 3600",
    },
    {
      key: "scheduleSuspended",
      value: "yes",
      reason: "expected one of true, false",
      fix: "pulumi config set gourmetgram:scheduleSuspended false",
    },
    {
      key: "argo",
      value: "none",
      reason: "expected one of install, existing",
      fix: "pulumi config set gourmetgram:argo install",
    },
    {
      key: "storageClass",
      value: "Fast",
      reason: "expected a DNS subdomain: DNS labels in lower case, joined by dots",
      fix: "pulumi config set gourmetgram:storageClass standard",
    },
    {
      key: "mlflowExternalIps",
      value: ["203.0.113.7", "nowhere", ""],
      shown: '["203.0.113.7","nowhere",""]',
      reason: "nowhere: expected an IP address; : expected an IP address",
      fix: "pulumi config set --path 'gourmetgram:mlflowExternalIps[1]' 203.0.113.7",
    },
    {
      key: "mlflowAllowedHosts",
      value: "mlflow.example.org",
      shown: "mlflow.example.org",
      reason: "expected a list of strings",
      fix: "pulumi config rm gourmetgram:mlflowAllowedHosts",
    },
    {
      key: "appRepositoryUrl",
      value: "https://student:hush@git.example.org/app.git",
      shown: '"https://***@git.example.org/app.git"',
      reason: "expected an http or https address, without a user name or password in it",
      fix: "pulumi config set gourmetgram:appRepositoryUrl https://git.example.org/team/gourmetgram.git",
    },
    {
      key: "appRepositoryBranch",
      value: "a branch",
      reason: "expected the name of a branch, such as main or feature/page",
      fix: "pulumi config set gourmetgram:appRepositoryBranch main",
    },
    {
      key: "buildkitMode",
      value: "rootfull",
      reason: "expected one of rootless, userns, privileged",
      fix: "pulumi config set gourmetgram:buildkitMode rootless",
    },
    {
      key: "platform",
      value: "amd64",
      reason: "expected one of linux/amd64, linux/arm64",
      fix: "pulumi config set gourmetgram:platform linux/amd64",
    },
    ...[
      "http://wheels.example.org/cpu",
      "download.pytorch.org/whl/cpu",
      "https://me:hush@wheels.example.org",
    ].map((value) => ({
      key: "torchIndexUrl",
      value,
      shown: JSON.stringify(value.replace("me:hush", "***")),
      reason:
        "expected an https address without a user name or password in it, such as https://download.pytorch.org/whl/cpu",
      fix: "pulumi config set gourmetgram:torchIndexUrl https://download.pytorch.org/whl/cpu",
    })),
    {
      key: "apiServerPorts",
      value: [443, 70000, 0],
      shown: "[443,70000,0]",
      reason: "70000: expected an integer from 1 to 65535; 0: expected an integer from 1 to 65535",
      fix: "pulumi config set --path 'gourmetgram:apiServerPorts[1]' 443",
    },
    ...[[], ["443"]].map((value) => ({
      key: "apiServerPorts",
      value,
      shown: JSON.stringify(value),
      reason: "expected a list of integers, at least one",
      fix: "pulumi config rm gourmetgram:apiServerPorts",
    })),
    {
      key: "registryPushAddress",
      value: "http://localhost:30500",
      reason: "expected a registry's address, such as registry.example.org:5000/team, without a scheme",
      fix: "pulumi config set gourmetgram:registryPushAddress localhost:30500",
    },
    {
      key: "namespace",
      value: "",
      reason:
        "expected a DNS label: at most 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
      fix: "pulumi config set gourmetgram:namespace gourmetgram-platform",
    },
  ];
  for (const { key, value, shown, reason, fix } of bad) {
    it(`refuses ${key} ${JSON.stringify(value)}`, () => {
      const text = shown ?? JSON.stringify(typeof value === "string" ? value : JSON.stringify(value));
      assert.equal(refusal({ [key]: value }), single(`gourmetgram:${key} is ${text}: ${reason}`, fix));
    });
  }

  it("refuses an unknown key and names the nearest", () => {
    assert.equal(
      refusal({ registryNodeport: 30500 }),
      single(
        "unknown configuration key gourmetgram:registryNodeport; did you mean gourmetgram:registryNodePort?",
        "pulumi config rm gourmetgram:registryNodeport",
      ),
    );
  });

  it("refuses an unknown key that resembles none", () => {
    assert.equal(
      refusal({ "some thing": "" }),
      single("unknown configuration key gourmetgram:some thing", "pulumi config rm 'gourmetgram:some thing'"),
    );
  });

  it("never shows a secret value", () => {
    assert.equal(
      refusal({}, { mlflowDatabaseUri: "mysql://mlflow:hush@db/mlflow" }),
      single(
        "gourmetgram:mlflowDatabaseUri (secret): expected a URI such as postgresql://user:password@host:5432/database",
        "pulumi config set --secret gourmetgram:mlflowDatabaseUri",
      ),
    );
  });

  it("does not show what someone chose to encrypt", () => {
    assert.equal(
      refusal({}, { schedule: "hush 2 * * *" }),
      single(
        "gourmetgram:schedule (secret): the value is not valid for this key",
        "pulumi config set gourmetgram:schedule '0 2 * * *'",
      ),
    );
  });

  it("refuses a secret in plain text, without showing it", () => {
    assert.equal(
      refusal({ mlflowDatabaseUri: DATABASE }),
      single(
        "gourmetgram:mlflowDatabaseUri (secret): it is stored in plain text in the stack's file",
        "pulumi config set --secret gourmetgram:mlflowDatabaseUri",
      ),
    );
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
    const keys = [...text.matchAll(/^ {2}(?:unknown configuration key )?gourmetgram:(\w+)/gm)].map(
      (match) => match[1],
    );
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

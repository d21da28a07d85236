import assert from "node:assert/strict";
import { type Plain, resetMocks } from "../../support/mocks";
import { refusal, single } from "../../support/refusal";

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
      reason:
        'expected five fields such as "0 2 * * *": minute, hour, day of the month, month, day of the week',
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
      reason: "a whole number from 900 to 604800 is wanted",
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
      key: "appRepositoryUrl",
      value: "https://student:hush@git.example.org/app.git",
      shown: '"https://***@git.example.org/app.git"',
      reason: "an http or https address is wanted, without a user name or password in it",
      mend: "pulumi config set gourmetgram:appRepositoryUrl https://git.example.org/team/gourmetgram.git",
    },
    {
      key: "appRepositoryBranch",
      value: "a branch",
      reason: "the name of a branch is wanted, such as main or feature/page",
      mend: "pulumi config set gourmetgram:appRepositoryBranch main",
    },
    {
      key: "buildkitMode",
      value: "rootfull",
      reason: "one of rootless, userns, privileged is wanted",
      mend: "pulumi config set gourmetgram:buildkitMode rootless",
    },
    {
      key: "platform",
      value: "amd64",
      reason: "one of linux/amd64, linux/arm64 is wanted",
      mend: "pulumi config set gourmetgram:platform linux/amd64",
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
      mend: "pulumi config set gourmetgram:torchIndexUrl https://download.pytorch.org/whl/cpu",
    })),
    {
      key: "apiServerPorts",
      value: [443, 70000, 0],
      shown: "[443,70000,0]",
      reason: "70000: a whole number from 1 to 65535 is wanted; 0: a whole number from 1 to 65535 is wanted",
      mend: "pulumi config set --path 'gourmetgram:apiServerPorts[1]' 443",
    },
    ...[[], ["443"]].map((value) => ({
      key: "apiServerPorts",
      value,
      shown: JSON.stringify(value),
      reason: "expected a list of whole numbers, at least one",
      mend: "pulumi config rm gourmetgram:apiServerPorts",
    })),
    {
      key: "registryPushAddress",
      value: "http://localhost:30500",
      reason: "a registry's address is wanted, such as registry.example.org:5000/team, without a scheme",
      mend: "pulumi config set gourmetgram:registryPushAddress localhost:30500",
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

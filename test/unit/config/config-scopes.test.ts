import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { promiseOf, resetMocks, setConfig } from "../../support/mocks";
import { refusal } from "../../support/refusal";
import { loadConfig } from "../../../config/load";
import { KEYS, type KeyName, scopesOf } from "../../../config/keys";
import type { StudentConfig } from "../../../config/stack-config";
import { offsetSchedule } from "../../../config/values/schedule-offset";

const ALICE = { scope: "student", student: "alice", baseStack: "dev-base" };

describe("the configuration of a student's stack", () => {
  beforeEach(() => resetMocks());

  it("has names that follow from the student's", () => {
    setConfig({
      ...ALICE,
      studentTokenDays: 7,
      apiServerAddresses: ["10.0.0.1/32"],
      apiServerPorts: [443, 16443],
    });
    const config = loadConfig() as StudentConfig;
    const { scope, student, baseStack, namespace, stagingNamespace, scheduleOffset, schedule } = config;
    assert.deepEqual(
      [scope, student, baseStack, namespace, stagingNamespace],
      ["student", "alice", "dev-base", "gourmetgram-alice", "gourmetgram-alice-staging"],
    );
    assert.deepEqual([config.studentTokenDays, config.apiServerAddresses], [7, ["10.0.0.1/32"]]);
    assert.deepEqual(config.apiServerPorts, [443, 16_443]);
    assert.deepEqual(scheduleOffset, offsetSchedule("0 2 * * *", "alice", 60));
    assert.equal(schedule, scheduleOffset.cron);
    // What is the base's, or would let everyone in, is not there to be used.
    assert.ok(!("registryStorage" in config) && !("mlflowNodePort" in config));
  });

  it("may stand beside the defaults that the engine fills in", () => {
    const defaults = Object.entries(KEYS).map(([name, key]) => [name, key.default ?? ""] as const);
    setConfig({ ...Object.fromEntries(defaults), ...ALICE });
    assert.equal((loadConfig() as StudentConfig).student, "alice");
  });

  it("shares a bucket and a database server with the class, but no place in them", async () => {
    setConfig(
      { ...ALICE, mlflowArtifactRoot: "s3://bucket/class" },
      { mlflowDatabaseUri: "postgresql://{student}:hush@db/mlflow_{student}" },
    );
    const { mlflowArtifactRoot, mlflowDatabaseUri } = loadConfig() as StudentConfig;
    assert.equal(mlflowArtifactRoot, "s3://bucket/class/alice");
    assert.equal(
      await promiseOf(mlflowDatabaseUri as pulumi.Output<string>),
      "postgresql://alice:hush@db/mlflow_alice",
    );
  });

  it("does not share a database, and its address is not shown", () => {
    const message = refusal(ALICE, { mlflowDatabaseUri: "postgresql://mlflow:hush@db/mlflow" });
    assert.match(message, /gourmetgram:mlflowDatabaseUri \(secret\): it must contain \{student\}/);
    assert.match(message, /pulumi config set --secret gourmetgram:mlflowDatabaseUri/);
    assert.doesNotMatch(message, /hush/);
  });

  it("has to say whose it is and on which base, at once", () => {
    const message = refusal({ scope: "student" });
    assert.match(message, /has 2 problems/);
    assert.match(message, /gourmetgram:student: it is missing: gourmetgram:scope is student/);
    assert.match(message, /fix: pulumi config set gourmetgram:student alice/);
    assert.match(message, /gourmetgram:baseStack: it is missing/);
  });

  it("sets nothing that the base decides or the name does", () => {
    const message = refusal({ ...ALICE, registryStorage: "1Gi", mlflowNodePort: 30900, namespace: "mine" });
    for (const key of ["registryStorage", "mlflowNodePort", "namespace"]) {
      assert.match(message, new RegExp(`gourmetgram:${key} is .*: a student's stack does not use it`));
      assert.match(message, new RegExp(`pulumi config rm gourmetgram:${key}`));
    }
  });

  for (const name of ["Alice", "1a", "a--b", "a-", "a".repeat(41), "bob/../alice", "a_b", "bob-staging"]) {
    it(`takes ${name} for no name`, () => {
      assert.match(refusal({ ...ALICE, student: name }), /expected a student's name/);
    });
  }

  for (const name of ["base", "build", "platform", "staging"]) {
    it(`leaves the name ${name} to the lab`, () => {
      assert.match(refusal({ ...ALICE, student: name }), /reserved for the lab/);
    });
  }

  it("is not a lab with a student's name", () => {
    const message = refusal({ student: "alice", baseStack: "dev-base" });
    assert.match(message, /gourmetgram:student is "alice": it applies only with gourmetgram:scope student/);
    assert.match(message, /pulumi config rm gourmetgram:baseStack/);
  });
});

describe("the scopes of the configuration keys", () => {
  it("leave every default usable, and give a lab all that does not belong to a class", () => {
    const keys = Object.keys(KEYS) as KeyName[];
    assert.deepEqual(
      keys.filter((key) => !scopesOf(key).includes("lab")),
      [
        "student",
        "baseStack",
        "studentTokenDays",
        "registrySpacePerStudent",
        "registryGuardImage",
        "scheduleSpreadMinutes",
      ],
    );
    assert.deepEqual(scopesOf("storageClass"), ["lab", "base", "student"]);
  });
});

import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { promiseOf, resetMocks, setConfig } from "../../support/mocks";
import { refusal } from "../../support/refusal";
import { loadConfig } from "../../../config/load";
import { KEYS, type KeyName } from "../../../config/keys";
import { offsetSchedule } from "../../../config/schedule-offset";
import { scopesOf } from "../../../config/scopes";

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
    const { scope, student, namespace, staging, mlflow } = loadConfig();
    assert.deepEqual(
      [scope, namespace, staging.namespace],
      ["student", "gourmetgram-alice", "gourmetgram-alice-staging"],
    );
    assert.deepEqual(student, {
      name: "alice",
      baseStack: "dev-base",
      tokenDays: 7,
      apiServerAddresses: ["10.0.0.1/32"],
      apiServerPorts: [443, 16_443],
      schedule: offsetSchedule("0 2 * * *", "alice", 60),
    });
    assert.equal(loadConfig().schedule.cron, student?.schedule.cron);
    assert.equal(mlflow.exposure.type, "ClusterIP");
  });

  it("may stand beside the defaults that the engine fills in", () => {
    const defaults = Object.entries(KEYS).map(([name, key]) => [name, key.default ?? ""] as const);
    setConfig({ ...Object.fromEntries(defaults), ...ALICE });
    assert.equal(loadConfig().student?.name, "alice");
  });

  it("shares a bucket and a database server with the class, but no place in them", async () => {
    setConfig(
      { ...ALICE, mlflowArtifactRoot: "s3://bucket/class" },
      { mlflowDatabaseUri: "postgresql://{student}:hush@db/mlflow_{student}" },
    );
    const { mlflow } = loadConfig();
    assert.equal(mlflow.s3?.root, "s3://bucket/class/alice");
    assert.equal(
      await promiseOf(mlflow.databaseUri as pulumi.Output<string>),
      "postgresql://alice:hush@db/mlflow_alice",
    );
  });

  it("does not share a database, and its address is not shown", () => {
    const message = refusal(ALICE, { mlflowDatabaseUri: "postgresql://mlflow:hush@db/mlflow" });
    assert.match(message, /gourmetgram:mlflowDatabaseUri \(secret\): \{student\} has to be in it/);
    assert.match(message, /pulumi config set --secret gourmetgram:mlflowDatabaseUri/);
    assert.doesNotMatch(message, /hush/);
  });

  it("has to say whose it is and on which base, at once", () => {
    const message = refusal({ scope: "student" });
    assert.match(message, /has 2 problems/);
    assert.match(message, /gourmetgram:student: it is missing: gourmetgram:scope is student/);
    assert.match(message, /mend it with: pulumi config set gourmetgram:student alice/);
    assert.match(message, /gourmetgram:baseStack: it is missing/);
  });

  it("sets nothing that the base decides or the name does", () => {
    const message = refusal({ ...ALICE, registryStorage: "1Gi", mlflowNodePort: 30900, namespace: "mine" });
    for (const key of ["registryStorage", "mlflowNodePort", "namespace"]) {
      assert.match(message, new RegExp(`gourmetgram:${key} is .*: it has no meaning for a student`));
      assert.match(message, new RegExp(`pulumi config rm gourmetgram:${key}`));
    }
  });

  for (const name of ["Alice", "1a", "a--b", "a-", "a".repeat(41), "bob/../alice", "a_b", "bob-staging"]) {
    it(`takes ${name} for no name`, () => {
      assert.match(refusal({ ...ALICE, student: name }), /a student's name is wanted/);
    });
  }

  for (const name of ["base", "build", "platform", "staging"]) {
    it(`leaves the name ${name} to the lab`, () => {
      assert.match(refusal({ ...ALICE, student: name }), /belongs to the lab itself/);
    });
  }

  it("is no lab of one's own", () => {
    const message = refusal({ student: "alice", baseStack: "dev-base" });
    assert.match(
      message,
      /gourmetgram:student is "alice": it has a meaning only with gourmetgram:scope student/,
    );
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
        "registryGuardImage",
        "apiServerAddresses",
        "apiServerPorts",
        "scheduleSpreadMinutes",
      ],
    );
    assert.deepEqual(scopesOf("storageClass"), ["lab", "base", "student"]);
  });
});

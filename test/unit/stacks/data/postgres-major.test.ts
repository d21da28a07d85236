import { resetMocks, setConfig, STACK } from "../../../support/mocks";
import assert from "node:assert/strict";
import { loadConfig } from "../../../../config/load";
import { postgresMajor } from "../../../../stacks/data/postgres-major";
import { textOf } from "../../../../stacks/preflight/finding";
import { clusterWith, object } from "../../../support/live-cluster";

const DIGEST = `sha256:${"1".repeat(64)}`;

/** What is found where the image runs and the other one is set. */
async function found(
  running: string | undefined,
  postgresImage: string,
  secrets: Record<string, string> = {},
): Promise<string[]> {
  resetMocks();
  setConfig({ postgresImage }, secrets);
  const spec = { template: { spec: { containers: [{ name: "postgres", image: running }] } } };
  const objects =
    running === undefined ? [] : [object("StatefulSet", "gourmetgram-platform/mlflow-postgres", { spec })];
  const findings = await postgresMajor({
    config: loadConfig(),
    stack: STACK,
    cluster: clusterWith({ objects }),
    nodes: [],
  });
  return findings.map(textOf);
}

describe("an image of PostgreSQL", () => {
  it("is refused where another major version made the volume, with the way back", async () => {
    assert.deepEqual(await found("docker.io/library/postgres:16.9", "docker.io/library/postgres:17.6"), [
      "gourmetgram:postgresImage is docker.io/library/postgres:17.6, but PostgreSQL 16 made the volume of " +
        "gourmetgram-platform/mlflow-postgres: PostgreSQL 17 cannot read it\n" +
        "    fix: pulumi config set gourmetgram:postgresImage docker.io/library/postgres:16.9\n" +
        "    fix: or move the database first, as docs/how-to/update.md says",
    ]);
    assert.equal((await found("lab.local/postgres:15", `mirror:5000/postgres:17@${DIGEST}`)).length, 1);
  });

  it("is taken within a major version, on a new lab, and where tags tell no version", async () => {
    assert.deepEqual(await found("postgres:17.5", `postgres:17.6-bookworm@${DIGEST}`), []);
    assert.deepEqual(await found(undefined, "postgres:18"), []);
    assert.deepEqual(await found(`postgres@${DIGEST}`, "postgres:17"), []);
    assert.deepEqual(await found("postgres:17", "mirror:5000/postgres"), []);
    assert.deepEqual(await found("postgres:17", "postgres:latest"), []);
  });

  it("is of no importance with a database elsewhere", async () => {
    const secrets = { mlflowDatabaseUri: "postgresql://u:p@h/d" };
    assert.deepEqual(await found("postgres:16", "postgres:17", secrets), []);
  });
});

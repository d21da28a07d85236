import { resetMocks, setConfig, STACK } from "../../../support/mocks";
import assert from "node:assert/strict";
import { loadConfig } from "../../../../config/load";
import { mlflowUpgrade } from "../../../../stacks/data/mlflow-upgrade";
import { type Finding, textOf } from "../../../../stacks/preflight/finding";
import { mlflowVersion } from "../../../../components/mlflow";
import { clusterWith, object } from "../../../support/live-cluster";

/** What is found where this version runs. */
async function found(
  labels: Record<string, string> | undefined,
  secrets: Record<string, string> = {},
): Promise<Finding[]> {
  resetMocks();
  setConfig({}, secrets);
  const objects =
    labels === undefined
      ? []
      : [object("Deployment", "gourmetgram-platform/mlflow", { metadata: { labels } })];
  const cluster = clusterWith({ objects });
  return mlflowUpgrade({ config: loadConfig(), stack: STACK, cluster, nodes: [] });
}

const version = (number: string): Record<string, string> => ({ "app.kubernetes.io/version": number });

describe("another MLflow than the one that runs", () => {
  it("is told of before it begins, with what leads back", async () => {
    const [finding] = await found(version("2.9.2"));
    assert.equal(finding?.warning, true);
    assert.equal(
      textOf(finding),
      `MLflow goes from 2.9.2 to ${mlflowVersion()}, which may change the tables of its database: ` +
        "MLflow 2.9.2 would not read it any more\n" +
        "    fix: go on: the database is copied first, and docs/how-to/update.md has the way back",
    );
    const [elsewhere] = await found(version("2.9.2"), { mlflowDatabaseUri: "postgresql://u:p@h/d" });
    assert.deepEqual(elsewhere?.remedies, [
      "make a backup of the database first: it is not the lab's own, so no copy is made",
    ]);
  });

  it("is none where the same runs, none does, or its version was not noted", async () => {
    assert.match(mlflowVersion(), /^\d+\.\d+\.\d+$/);
    assert.deepEqual(await found(version(mlflowVersion())), []);
    assert.deepEqual(await found(undefined), []);
    assert.deepEqual(await found({}), []);
  });
});

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Mlflow, MlflowError, stateText } from "../../../../tooling/verify/clients/mlflow";

/** Answers by path and query, as MLflow's REST API does. */
type Answers = Readonly<Record<string, { status?: number; body: unknown }>>;

const MODEL = "/api/2.0/mlflow/registered-models/get?name=m";
const VERSIONS = "/api/2.0/mlflow/model-versions/search?filter=name+%3D+%27m%27&max_results=200";
const MISSING = { error_code: "RESOURCE_DOES_NOT_EXIST", message: "no such model" };

describe("verify: MLflow", () => {
  let server: Server | undefined;
  const asked: string[] = [];

  async function mlflowWith(answers: Answers): Promise<Mlflow> {
    asked.length = 0;
    server = createServer((request: IncomingMessage, response) => {
      const line = `${request.method ?? ""} ${request.url ?? ""}`;
      asked.push(line);
      const { status = 200, body } = answers[request.url ?? ""] ?? {
        status: 500,
        body: `not expected: ${line}`,
      };
      response.statusCode = status;
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return new Mlflow(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it("reads all pages of versions, and where the alias points", async () => {
    const mlflow = await mlflowWith({
      [MODEL]: { body: { registered_model: { aliases: [{ alias: "development", version: "2" }] } } },
      [VERSIONS]: {
        body: { model_versions: [{ version: "10", run_id: "r10" }], next_page_token: "more" },
      },
      [`${VERSIONS}&page_token=more`]: { body: { model_versions: [{ version: "2", run_id: "" }] } },
    });
    const state = await mlflow.registryState("m", "development");
    assert.deepEqual(state, {
      versions: [
        { version: 2, runId: undefined },
        { version: 10, runId: "r10" },
      ],
      alias: 2,
    });
    assert.equal(stateText(state), "versions 2, 10; alias at 2");
  });

  it("lists a folder of the artifacts by whole paths", async () => {
    const files = [
      { path: "data", is_dir: true },
      { path: "MLmodel", is_dir: false, file_size: 7 },
    ];
    const mlflow = await mlflowWith({
      "/api/2.0/mlflow-artifacts/artifacts?path=1%2Fm": { body: { files } },
      "/api/2.0/mlflow-artifacts/artifacts?path=": { body: { files: [] } },
    });
    assert.deepEqual(await mlflow.listArtifacts("1/m"), [
      { path: "1/m/data", isFolder: true },
      { path: "1/m/MLmodel", isFolder: false },
    ]);
    assert.deepEqual(await mlflow.listArtifacts(""), []);
  });

  it("takes a model that nobody has registered as one without versions", async () => {
    const mlflow = await mlflowWith({ [MODEL]: { status: 404, body: MISSING } });
    const state = await mlflow.registryState("m", "development");
    assert.deepEqual(state, { versions: [], alias: undefined });
    assert.equal(stateText(state), "versions none; alias at nothing");
  });

  it("takes any other refusal as an error that says what was asked and answered", async () => {
    const mlflow = await mlflowWith({ [MODEL]: { status: 403, body: "Invalid Host header" } });
    await assert.rejects(mlflow.registryState("m", "development"), (error: unknown) => {
      assert.ok(error instanceof MlflowError);
      assert.equal(error.status, 403);
      assert.match(
        error.message,
        /answered 403 to GET .*registered-models\/get\?name=m: Invalid Host header/,
      );
      return true;
    });
  });

  it("finds runs by a tag, with their metrics", async () => {
    const mlflow = await mlflowWith({
      "/api/2.0/mlflow/experiments/search": { body: { experiments: [{ experiment_id: "1" }] } },
      "/api/2.0/mlflow/runs/search": {
        body: { runs: [{ info: { run_id: "r" }, data: { metrics: [{ key: "tests_total", value: 1 }] } }] },
      },
    });
    const [run] = await mlflow.runsTagged("workflow", "train-model-x");
    assert.equal(run?.id, "r");
    assert.equal(run.metrics.get("tests_total"), 1);
    assert.equal(run.tags.size, 0);
  });

  it("says that there is no answer, and why", async () => {
    const mlflow = await mlflowWith({});
    server?.close();
    await assert.rejects(mlflow.requireHealth(), /does not answer to GET .*\/health: .*ECONNREFUSED/);
  });
});

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Mlflow, MlflowError, stateText } from "../../../../../tooling/live/services/mlflow";

/** Answers by path and query, as MLflow's REST API does. */
type Answers = Readonly<Record<string, { status?: number; body: unknown }>>;

const MODEL = "/api/2.0/mlflow/registered-models/get?name=m";
const VERSIONS = "/api/2.0/mlflow/model-versions/search?filter=name+%3D+%27m%27&max_results=200";
const MISSING = { error_code: "RESOURCE_DOES_NOT_EXIST", message: "no such model" };

describe("live: MLflow", () => {
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

  it("reads a version with what was noted on it, the newest one, and the aliases", async () => {
    const version = {
      version: "7",
      run_id: "r7",
      creation_timestamp: "1767225618000",
      tags: [{ key: "image_digest", value: "sha256:1" }],
    };
    const mlflow = await mlflowWith({
      [MODEL]: { body: { registered_model: { aliases: [{ alias: "staging", version: "6" }] } } },
      "/api/2.0/mlflow/model-versions/get?name=m&version=7": { body: { model_version: version } },
      "/api/2.0/mlflow/model-versions/search?filter=name+%3D+%27m%27&order_by=version_number+DESC&max_results=1":
        { body: { model_versions: [{ version: "8" }], next_page_token: "more" } },
      "/api/2.0/mlflow/runs/get?run_id=r7": {
        body: {
          run: { info: { run_id: "r7" }, data: { tags: [{ key: "workflow", value: "train-model-x" }] } },
        },
      },
    });
    const tags = new Map([["image_digest", "sha256:1"]]);
    assert.deepEqual(await mlflow.version("m", "7"), {
      version: "7",
      runId: "r7",
      registered: 1_767_225_618_000,
      tags,
    });
    assert.deepEqual(await mlflow.tagsOf("m", "7"), tags);
    assert.equal((await mlflow.newestVersion("m"))?.version, "8");
    assert.deepEqual([...(await mlflow.aliases("m"))], [["staging", "6"]]);
    assert.equal((await mlflow.runTags("r7")).get("workflow"), "train-model-x");
  });

  it("has no newest version and no alias of a model that nobody has registered", async () => {
    const mlflow = await mlflowWith({
      [MODEL]: { status: 404, body: MISSING },
      "/api/2.0/mlflow/model-versions/search?filter=name+%3D+%27m%27&order_by=version_number+DESC&max_results=1":
        { body: {} },
    });
    assert.equal(await mlflow.newestVersion("m"), undefined);
    assert.equal((await mlflow.aliases("m")).size, 0);
  });

  it("says that there is no answer, and why", async () => {
    const mlflow = await mlflowWith({});
    server?.close();
    await assert.rejects(mlflow.requireHealth(), /does not answer to GET .*\/health: .*ECONNREFUSED/);
  });
});

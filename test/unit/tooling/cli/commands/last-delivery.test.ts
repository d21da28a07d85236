import assert from "node:assert/strict";
import type { Delivery } from "../../../../../tooling/live/delivery/delivery";
import { FakeCluster, FakeLab } from "../../../../support/fake-lab";
import { freePort } from "../../../../support/free-port";
import { serve, type TestServer } from "../../../../support/http";
import { OUTPUTS } from "../../../../support/lab-outputs";
import { at, built, COMMIT, IMAGE, training } from "../../../../support/runs";

const RUNS = "/apis/argoproj.io/v1alpha1/namespaces/lab/workflows";
const RELEASE = {
  labels: { "gourmetgram.dev/model-version": "7" },
  annotations: {
    "gourmetgram.dev/image": IMAGE,
    "gourmetgram.dev/application-commit": COMMIT,
    "gourmetgram.dev/workflow": "build-y",
  },
};
/** What MLflow's REST API answers, by path. */
const MLFLOW: Readonly<Record<string, unknown>> = {
  "registered-models/get": {
    registered_model: { aliases: [{ alias: "development", version: "7" }] },
  },
  "model-versions/search": { model_versions: [{ version: "7", run_id: "r7", creation_timestamp: 1 }] },
  "runs/get": {
    run: { info: { run_id: "r7" }, data: { tags: [{ key: "workflow", value: "train-model-x" }] } },
  },
};

describe("status --last: a lab on a cluster of its own", () => {
  let cluster: FakeCluster;
  let mlflow: TestServer;
  let staging: TestServer;
  let lab: FakeLab;

  beforeEach(async () => {
    cluster = await FakeCluster.start();
    cluster.objects.set(RUNS, () => ({
      items: [training("Succeeded", { phase: "Succeeded" }), built()],
    }));
    cluster.objects.set("/api/v1/namespaces/staging/pods", () => ({
      items: [
        {
          metadata: { name: "gourmetgram-1", ...RELEASE },
          status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime: at(62) }] },
        },
      ],
    }));
    cluster.objects.set("/apis/apps/v1/namespaces/staging/deployments/gourmetgram", () => ({
      spec: { replicas: 1, selector: {}, template: { metadata: RELEASE } },
    }));
    mlflow = await serve(({ url = "" }) => ({
      body: MLFLOW[url.replace("/api/2.0/mlflow/", "").split("?")[0] ?? ""] ?? "?",
    }));
    staging = await serve(() => ({
      body: { model_version: "7", application_commit: COMMIT, image: IMAGE },
    }));
    lab = new FakeLab("far", `config:\n  kubernetes:kubeconfig: '${cluster.kubeconfig}'\n`);
    lab.installEngine();
    give(mlflow.url);
  });
  afterEach(async () => {
    lab.remove();
    mlflow.close();
    staging.close();
    await cluster.stop();
  });

  /** Has the stack say where MLflow is. */
  function give(mlflowExternalUrl: string): void {
    const outputs = {
      ...OUTPUTS,
      mlflowExternalUrl,
      argoServerUrl: mlflow.url,
      staging: { ...OUTPUTS.staging, externalUrl: staging.url },
    };
    lab.pulumi.answer({ to: "stack output", stdout: JSON.stringify(outputs) });
  }

  /** The document of --json, and what is printed for people. */
  async function last(): Promise<{ exitCode: number | undefined; delivery: Delivery; text: string }> {
    const call =
      "reserveStandardOutput() ?? tooling.lastDelivery().then(() => tooling.printEnvelope(process.exitCode ?? 0))";
    const { exitCode, stdout, stderr } = await lab.run(
      ["support/output", "cli/commands/lab/last-delivery"],
      call,
      {
        PULUMI_BACKEND_URL: "s3://somewhere",
      },
    );
    assert.notEqual(stdout, "", stderr);
    return { exitCode, delivery: (JSON.parse(stdout) as { data: Delivery }).data, text: stderr };
  }

  it("asks all three and ends with 0", async () => {
    const { exitCode, delivery, text } = await last();
    assert.deepEqual(delivery.unanswered, []);
    assert.equal(exitCode, 0);
    assert.deepEqual(
      [delivery.run?.name, delivery.model?.version, delivery.application.commit, delivery.image?.reference],
      ["train-model-x", "7", COMMIT, IMAGE],
    );
    assert.deepEqual([delivery.staging.ofThisRun, delivery.staging.serves?.since], [true, at(62)]);
    assert.match(text, /^train-model-x succeeded\.\n/);
    assert.match(text, /^ {2}model version: +7, alias development$/m);
    assert.doesNotMatch(text, /from here/);
  });

  it("ends with 1 where a part did not answer, and says which", async () => {
    // Nothing listens there, and the cluster has no service that could be reached instead.
    give(`http://127.0.0.1:${await freePort()}`);
    cluster.objects.set("/api/v1/namespaces/lab/services/mlflow", () => undefined);
    const { exitCode, delivery, text } = await last();
    assert.equal(exitCode, 1);
    assert.deepEqual(
      delivery.unanswered.map(({ part }) => part),
      ["mlflow"],
    );
    assert.match(
      delivery.unanswered[0]?.reason ?? "",
      /nothing answers at .*there is no service mlflow in lab/,
    );
    assert.equal(delivery.model?.version, "7");
    assert.match(text, /^ {2}no answer: +MLflow: /m);
    assert.match(text, /^ {2}from here: +nothing answers at /m);
  });

  it("takes an API server in trouble for no empty answer", async () => {
    cluster.objects.set(RUNS, () => {
      throw new Error("etcd is away");
    });
    const { exitCode, delivery } = await last();
    assert.equal(exitCode, 1);
    assert.deepEqual(delivery.unanswered, [{ part: "argo", reason: "Error: etcd is away" }]);
    assert.equal(delivery.run?.verdict, null);
  });
});

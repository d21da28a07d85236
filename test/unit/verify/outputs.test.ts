import assert from "node:assert/strict";
import { labOutputs } from "../../../verify/outputs";
import { STUDENT } from "./rights";

const OUTPUTS = {
  namespace: "lab",
  mlflowUrl: "http://mlflow.lab.svc.cluster.local:8000",
  mlflowExternalUrl: "http://localhost:30800",
  registry: { inCluster: "registry:5000", fromNodes: "localhost:30500", forPushing: "localhost:30500" },
  trainingImage: { reference: "registry:5000/gourmetgram-train@sha256:0", digest: "sha256:0" },
  workflowTemplates: { train: "train-model", build: "build-container-image" },
  schedule: { name: "train-model-cron", cron: "0 2 * * *", timezone: "UTC", suspended: false },
  argoServerUrl: "https://localhost:30746",
  submitTraining: "argo submit",
  rights: [STUDENT],
  workloads: { mlflow: { kind: "Deployment", namespace: "lab", name: "mlflow" }, postgres: null },
  registeredModel: { name: "GourmetGramFood11Model", alias: "development" },
};

describe("verify: outputs", () => {
  it("takes the outputs of a lab that is up", () => {
    assert.equal(labOutputs(OUTPUTS), OUTPUTS);
  });

  it("names every output that is missing or of another form, and the remedy", () => {
    assert.throws(() => labOutputs({ ...OUTPUTS, mlflowUrl: undefined, rights: null, namespace: 7 }), {
      message: "the stack lacks the outputs namespace, mlflowUrl, rights\n  remedy: npm run up",
    });
    assert.throws(() => labOutputs({}), /namespace, .*registeredModel/);
  });
});

import assert from "node:assert/strict";
import { productsOf, standingOf, verdictOf } from "../../../../../tooling/live/runs/outcome";
import {
  building,
  built,
  COMMIT,
  IMAGE,
  REASON,
  refused,
  training,
  unfit,
  waiting,
} from "../../../../support/runs";

describe("workflows: outcome", () => {
  it("tells a success from a model that was refused at the gate", () => {
    const verdicts = [
      { run: training("Running"), children: [] },
      { run: training("Succeeded", { phase: "Succeeded" }), children: [built()] },
      { run: refused(), children: [] },
      { run: training("Failed", { phase: "Failed" }), children: [unfit()] },
      { run: training("Error"), children: [] },
      { run: built(), children: [] },
    ].map(verdictOf);
    assert.deepEqual(verdicts, ["running", "succeeded", "stopped-by-gate", "failed", "failed", "succeeded"]);
  });

  it("gathers what came of a run and of its child", () => {
    assert.deepEqual(productsOf({ run: training("Succeeded"), children: [built()] }), {
      modelVersion: "7",
      imageDigest: `sha256:${"0".repeat(64)}`,
      image: IMAGE,
      commit: COMMIT,
      trainingImage: "train@sha256:1",
      stagingUrl: "http://app:8000",
      prediction: "Soup",
    });
  });

  it("knows the version of a build that was started by itself, and nothing that was not made", () => {
    const products = productsOf({ run: building(), children: [] });
    assert.equal(products.modelVersion, "7");
    assert.equal(products.imageDigest, undefined);
    assert.equal(productsOf({ run: refused(), children: [] }).modelVersion, undefined);
  });

  it("tells where a run stands", () => {
    const standing = (children: ReturnType<typeof unfit>[], phase = "Running"): string =>
      standingOf({ run: training(phase), children });
    assert.equal(standing([]), "train-model-x: Running, build-container Running");
    assert.equal(standing([building()]), "train-model-x: Running, build-image Running");
    assert.equal(
      standingOf({ run: training("Failed", { phase: "Failed" }), children: [unfit()] }),
      `train-model-x: Failed, test-staging Failed (${REASON})`,
    );
    assert.equal(
      standingOf({ run: waiting(), children: [] }),
      "build-y: Pending (Waiting for lab/Mutex/build lock)",
    );
    assert.equal(
      standingOf({ run: { metadata: { name: "new" }, spec: {} }, children: [] }),
      "new: not yet seen by Argo",
    );
  });
});

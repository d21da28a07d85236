import assert from "node:assert/strict";
import {
  argumentOf,
  isOver,
  messagesOf,
  nodesOf,
  outputOf,
  stepOf,
  type Workflow,
} from "../../../../../tooling/live/workflows/workflow";

const RUN: Workflow = {
  metadata: { name: "train-model-x", uid: "1" },
  spec: { arguments: { parameters: [{ name: "model-version", value: "7" }] } },
  status: {
    phase: "Failed",
    message: "child failed",
    nodes: {
      "x-3": {
        id: "x-3",
        displayName: "build-container",
        type: "Pod",
        phase: "Failed",
        message: "exit code 1",
        startedAt: "2026-01-01T00:00:20Z",
      },
      "x-2": {
        id: "x-2",
        displayName: "run-training(0)",
        type: "Pod",
        phase: "Succeeded",
        message: "",
        startedAt: "2026-01-01T00:00:10Z",
      },
      "x-1": {
        id: "x-1",
        displayName: "run-training",
        type: "Retry",
        phase: "Succeeded",
        startedAt: "2026-01-01T00:00:10Z",
        outputs: { parameters: [{ name: "model-version", value: "7" }] },
      },
      "x-0": { id: "x-0", displayName: "later", type: "Skipped", phase: "Skipped" },
    },
  },
};

describe("workflows: runs", () => {
  it("knows when a run is over", () => {
    const at = (phase: string): Workflow => ({ ...RUN, status: { phase } });
    for (const phase of ["Succeeded", "Failed", "Error"]) assert.equal(isOver(at(phase)), true, phase);
    for (const phase of ["Pending", "Running", ""]) assert.equal(isOver(at(phase)), false, phase);
    assert.equal(isOver({ metadata: {}, spec: {} }), false);
  });

  it("finds steps, outputs and arguments", () => {
    assert.equal(stepOf(RUN, "build-container")?.id, "x-3");
    assert.equal(stepOf(RUN, "other"), undefined);
    assert.equal(outputOf(RUN, "run-training", "model-version"), "7");
    assert.equal(outputOf(RUN, "build-container", "model-version"), undefined);
    assert.equal(argumentOf(RUN, "model-version"), "7");
    assert.equal(argumentOf(RUN, "scenario"), undefined);
  });

  it("puts nodes in the order of their start, those without one last", () => {
    assert.deepEqual(
      nodesOf(RUN).map((node) => node.displayName),
      ["run-training(0)", "run-training", "build-container", "later"],
    );
  });

  it("tells all messages", () => {
    assert.deepEqual(messagesOf(RUN), [
      "workflow train-model-x: child failed",
      "step build-container, Failed: exit code 1",
    ]);
  });
});

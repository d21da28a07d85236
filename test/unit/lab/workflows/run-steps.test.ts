import assert from "node:assert/strict";
import { failedSteps, startsChild, stepsOf } from "../../../../lab/workflows/run-steps";
import { at, building, REASON, training, unfit } from "../../../support/runs";

describe("workflows: steps", () => {
  it("has one entry for each step, however often it was tried, and none for groups", () => {
    assert.deepEqual(
      stepsOf(training("Running")).map(({ name, node }) => [name, node.id]),
      [
        ["run-training", "x-1-0"],
        ["build-container", "x-2"],
      ],
    );
  });

  it("measures what runs and what has ended", () => {
    const seconds = stepsOf(building(), Date.parse(at(37))).map((step) => [step.name, step.seconds]);
    assert.deepEqual(seconds, [
      ["clone", 3],
      ["download-model", 6],
      ["build-image", 7],
    ]);
  });

  it("tells the message of the attempt, not that there was no other", () => {
    const failed = stepsOf(unfit()).find((step) => step.name === "test-staging");
    assert.equal(failed?.message, REASON);
  });

  it("knows an exit handler that is named after its run by its template", () => {
    const run = training("Failed");
    const handler = {
      id: "e",
      displayName: "train-model-x.onExit",
      type: "Pod",
      templateName: "restore-staging",
      startedAt: at(90),
    };
    const nodes = { ...run.status?.nodes, e: handler };
    assert.equal(stepsOf({ ...run, status: { phase: "Failed", nodes } }).at(-1)?.name, "restore-staging");
  });

  it("finds the reason of a failure in the child", () => {
    const run = training("Failed", { phase: "Failed", message: "child failed" });
    const names = (children: ReturnType<typeof unfit>[]): string[] =>
      failedSteps({ run, children }).map((step) => `${step.run}/${step.name}`);
    assert.deepEqual(names([unfit()]), ["build-y/test-staging"]);
    assert.deepEqual(names([]), ["train-model-x/build-container"]);
  });

  it("tells the step that waits for a child, once there is one", () => {
    const run = training("Running");
    const step = stepsOf(run).at(-1);
    assert.ok(step);
    assert.equal(startsChild(step, { run, children: [] }), false);
    assert.equal(startsChild(step, { run, children: [building()] }), true);
  });
});

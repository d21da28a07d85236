import assert from "node:assert/strict";
import { faultsPage } from "../../../../tooling/bench/faults/page";
import { FAULTY_PART_NAMES, FAULTY_STEPS, selectedFaults } from "../../../../tooling/bench/faults/parts";
import { atStep, type Trial } from "../../../../tooling/bench/faults/trial";
import type { Family } from "../../../../tooling/live/workflows/family";

const TRIAL: Trial = {
  part: "mlflow",
  step: "clone",
  run: "succeeded",
  seconds: 61,
  message: "",
  unanswered: 0,
  problems: [],
};
const EMPTY = "# Faults\n\n<!-- faults: begin -->\n<!-- faults: end -->\n\nNot tried: floods.\n";

/** The cells of the rows of the table, without the head. */
const rowsOf = (page: string): string[][] =>
  page
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.includes("`"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe("the faults of a selection", () => {
  it("are each part in each step, by step", () => {
    const all = selectedFaults({});
    // Of the parts, two are volumes that are full in one step.
    assert.equal(all.length, (FAULTY_PART_NAMES.length - 2) * FAULTY_STEPS.length + 2);
    assert.deepEqual(selectedFaults({ parts: ["mlflow-volume"] }), [
      { part: "mlflow-volume", step: "run-training" },
    ]);
    assert.deepEqual(selectedFaults({ parts: ["postgres", "mlflow"], steps: ["test-staging", "clone"] }), [
      { part: "mlflow", step: "clone" },
      { part: "postgres", step: "clone" },
      { part: "mlflow", step: "test-staging" },
      { part: "postgres", step: "test-staging" },
    ]);
  });

  it("are as many as asked for, different ones, at random", () => {
    const three = selectedFaults({ parts: ["node"], sample: 3 });
    assert.equal(new Set(three.map(({ step }) => step)).size, 3);
    assert.deepEqual(
      selectedFaults({ parts: ["node"], sample: 1 }, () => 0),
      [{ part: "node", step: "test-staging" }],
    );
    assert.equal(selectedFaults({ parts: ["node"], sample: 100 }).length, FAULTY_STEPS.length);
  });
});

describe("the step in which a run is", () => {
  const family = (phase: string, attempt: string): Family => ({
    run: {
      metadata: { name: "train-1" },
      spec: {},
      status: {
        nodes: {
          step: { id: "step", displayName: "run-training", type: "Retry", phase, children: ["try"] },
          try: { id: "try", displayName: "run-training(0)", type: "Pod", phase: attempt },
        },
      },
    },
    children: [],
  });

  it("is one whose pod runs, or has just ended", () => {
    assert.equal(atStep(family("Running", "Pending"), "run-training"), undefined);
    assert.equal(atStep(family("Running", "Running"), "run-training")?.node.id, "try");
    assert.equal(atStep(family("Running", "Running"), "clone"), undefined);
    assert.equal(atStep(family("Failed", "Failed"), "run-training"), undefined);
  });
});

describe("the page of the faults", () => {
  it("has a row for each fault that was tried, with how often and what came of it", () => {
    const failed: Trial = {
      ...TRIAL,
      run: "failed",
      seconds: 90,
      message: "download-model: MLflow at http://mlflow failed | refused",
      unanswered: 2,
      problems: ["staging did not answer 2 times of 90"],
    };
    const page = faultsPage(EMPTY, [TRIAL, failed, { ...TRIAL, step: "run-training" }], "2026-11-26");
    assert.match(page, /^# Faults\n/);
    assert.match(page, /Not tried: floods\.\n$/);
    assert.match(page, /\n2 of 56 faults were tried;/);
    assert.deepEqual(rowsOf(page.replaceAll("\\|", "/")), [
      ["MLflow", "`run-training`", "1", "succeeded 1", "61 s", "0 s", "as it must be", "2026-11-26"],
      [
        "MLflow",
        "`clone`",
        "2",
        'succeeded 1, failed 1: "download-model: MLflow at http://mlflow failed / refused"',
        "90 s",
        "2 s",
        "**not**: staging did not answer 2 times of 90",
        "2026-11-26",
      ],
    ]);
  });

  it("keeps the rows of what was tried before, and writes the same once more", () => {
    const first = faultsPage(EMPTY, [TRIAL, { ...TRIAL, part: "node" }], "2026-11-26");
    const padded = first.replace("| MLflow | `clone` |", "| MLflow     | `clone`   |");
    const second = faultsPage(padded, [{ ...TRIAL, seconds: 70 }], "2026-11-27");
    assert.deepEqual(
      rowsOf(second).map((cells) => [cells[0], cells[4], cells[7]]),
      [
        ["MLflow", "70 s", "2026-11-27"],
        ["the node", "61 s", "2026-11-26"],
      ],
    );
    assert.equal(faultsPage(second, [], "2026-11-28"), second);
  });

  it("needs its marks", () => {
    assert.throws(
      () => faultsPage("# Faults\n", [TRIAL], "2026-11-26"),
      /the page lacks the lines <!-- faults/,
    );
  });
});

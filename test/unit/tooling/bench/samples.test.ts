import assert from "node:assert/strict";
import { medianOf } from "../../../../tooling/bench/figure";
import { summarise } from "../../../../tooling/bench/samples";

describe("bench: samples", () => {
  it("finds the middle of an odd and of an even number of figures", () => {
    assert.deepEqual(summarise([3, 1, 2]), { min: 1, median: 2, max: 3, runs: 3 });
    assert.deepEqual(summarise([4, 1, 2, 3]), { min: 1, median: 2.5, max: 4, runs: 4 });
  });

  it("rounds the middle, and tells the spread", () => {
    assert.deepEqual(medianOf("whole", summarise([60.04, 58.36, 71]), "s", 1), {
      what: "whole",
      value: 60,
      unit: "s",
      detail: "58.4 / 60.0 / 71.0 s (min / median / max of 3)",
    });
  });
});

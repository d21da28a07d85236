import assert from "node:assert/strict";
import { CheckFailure, expect, expectEqual } from "../../../../tooling/verify/suite/expect";
import { checks } from "../../../../tooling/verify/checks";
import { expectMetrics, type Verdict } from "../../../../tooling/verify/runs/training-metrics";

const messageOf = (act: () => void): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof CheckFailure) return error.message;
    throw error;
  }
  return "passed";
};

describe("verify: checks", () => {
  it("says what was expected, what was seen and where to look", () => {
    const message = messageOf(() => {
      expectEqual("phase of x", "Failed", "Succeeded", ["workflow x", "log of x"]);
    });
    assert.equal(
      message,
      "expected: phase of x: Succeeded\nseen:     Failed\nlook at:  workflow x\nlook at:  log of x",
    );
  });

  it("shows what is missing and what is empty", () => {
    assert.match(
      messageOf(() => expectEqual("a", undefined, "")),
      /a: ""\nseen: {5}nothing/,
    );
  });

  it("passes what is as expected", () => {
    assert.equal(
      messageOf(() => {
        expectEqual("a", 1, 1);
        expect(true, { expected: "a", seen: "b" });
      }),
      "passed",
    );
  });

  it("has a name of its own for each check, and restarts last", () => {
    const names = checks.map((check) => check.name);
    assert.equal(new Set(names).size, names.length);
    assert.equal(names.at(-1), "persistence");
  });
});

describe("verify: metrics", () => {
  const judged = (metrics: Record<string, number>, verdict: Verdict): string =>
    messageOf(() =>
      expectMetrics({ id: "r", tags: new Map(), metrics: new Map(Object.entries(metrics)) }, verdict),
    );
  const good = { tests_passed: 1, tests_failed: 0, tests_total: 1, accuracy: 0.85 };
  const bad = { tests_passed: 0, tests_failed: 1, tests_total: 1, accuracy: 0.75 };

  it("takes metrics that agree with the verdict", () => {
    assert.equal(judged(good, { passes: true, accuracy: 0.85 }), "passed");
    assert.equal(judged(bad, { passes: false, accuracy: 0.75 }), "passed");
  });

  it("refuses a missing metric, a wrong sum, another verdict, another accuracy", () => {
    const verdict = { passes: true, accuracy: 0.85 };
    for (const metrics of [
      { tests_passed: 1, tests_failed: 0, accuracy: 0.85 },
      { ...good, tests_total: 2 },
      { ...good, tests_passed: 0, tests_total: 0 },
      { ...bad, accuracy: 0.85 },
      { ...good, accuracy: 0.75 },
    ]) {
      assert.match(judged(metrics, verdict), /tests_failed 0/, JSON.stringify(metrics));
    }
    assert.match(judged(good, { passes: false, accuracy: 0.85 }), /tests_failed at least 1/);
  });
});

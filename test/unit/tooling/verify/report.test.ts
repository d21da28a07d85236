import assert from "node:assert/strict";
import { closingText, countsOf, exitCodeOf, type Result } from "../../../../tooling/verify/suite/report";

const PASSED: Result = {
  name: "rights",
  title: "Rights are right",
  passed: true,
  seconds: 1.5,
  evidence: ["14 allowed"],
  message: null,
};
const FAILED: Result = {
  name: "images",
  title: "Images are right",
  passed: false,
  seconds: 2,
  evidence: [],
  message: "expected: a\nseen:     b",
};

describe("verify: report", () => {
  it("ends with the count", () => {
    assert.equal(closingText([PASSED]), "1 passed, 0 failed");
    assert.equal(closingText([PASSED, FAILED]).split("\n").at(-1), "1 passed, 1 failed");
  });

  it("tells each failure in full", () => {
    assert.equal(
      closingText([FAILED]),
      "FAILED images: Images are right\n  expected: a\n  seen:     b\n\n0 passed, 1 failed",
    );
  });

  it("counts for scripts", () => {
    assert.deepEqual(countsOf([PASSED, FAILED, FAILED]), { passed: 1, failed: 2 });
  });

  it("ends with 1 if a check failed", () => {
    assert.equal(exitCodeOf([PASSED]), 0);
    assert.equal(exitCodeOf([PASSED, FAILED]), 1);
  });
});

import assert from "node:assert/strict";
import { productsOf } from "../../../../tooling/live/runs/outcome";
import { CheckFailure } from "../../../../tooling/verify/suite/expect";
import { expectEntries, requireRelease, testedOf } from "../../../../tooling/verify/runs/lineage";
import { building, built, training } from "../../../support/runs";

describe("verify: lineage", () => {
  it("takes a run as a release only if it tells everything", () => {
    const whole = productsOf({ run: training("Succeeded"), children: [built()] });
    assert.equal(requireRelease(whole, []).modelVersion, "7");
    const half = productsOf({ run: training("Failed"), children: [building()] });
    assert.throws(
      () => requireRelease(half, []),
      /lacks imageDigest, image, commit, trainingImage, stagingUrl, prediction/,
    );
  });

  it("names the entries that are missing or other, and no more", () => {
    expectEntries("tags", { a: "1", b: "2", more: "x" }, { a: "1", b: "2" });
    assert.throws(
      () => expectEntries("tags", { a: "1", b: "2" }, { a: "1", b: "3", c: "4" }),
      (error: unknown) =>
        error instanceof CheckFailure &&
        error.message === "expected: tags: b 3, c 4\nseen:     b 2, c missing",
    );
  });

  it("reads what staging goes back to", () => {
    assert.deepEqual(testedOf({}), {});
    const annotations = { "gourmetgram.dev/tested": '{"modelVersion": "7"}' };
    assert.deepEqual(testedOf({ annotations }), { modelVersion: "7" });
  });
});

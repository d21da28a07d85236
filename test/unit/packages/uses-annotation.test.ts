import assert from "node:assert/strict";
import { USES_ANNOTATION as read } from "../../../packages/argo-lint/rights/declared-uses";
import { USES_ANNOTATION as written } from "../../../packages/argo-workflows";

describe("the annotation that tells what a program does with the cluster's API", () => {
  it("is read by the linter under the name under which the model writes it", () => {
    assert.equal(read, written);
  });
});

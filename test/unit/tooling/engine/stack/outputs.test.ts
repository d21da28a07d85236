import assert from "node:assert/strict";
import { labOutputs } from "../../../../../tooling/engine/stack/outputs";
import { OUTPUTS } from "../../../../support/lab-outputs";

describe("lab: outputs", () => {
  it("takes the outputs of a lab that is up", () => {
    const found = { ...OUTPUTS };
    assert.equal(labOutputs(found), found);
  });

  it("names every output that is missing or of another form, and the remedy", () => {
    assert.throws(() => labOutputs({ ...OUTPUTS, mlflowUrl: undefined, rights: null, namespace: 7 }), {
      message: "the stack lacks the outputs namespace, mlflowUrl, rights\n  remedy: npm run up",
    });
    assert.throws(
      () => labOutputs({}),
      /namespace, .*registeredModel, staging, appRepository, trainRepository, builder/,
    );
  });
});

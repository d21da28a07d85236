import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { versions } from "../../../tooling/machine/versions";
import { checkout } from "../../support/checkout";

describe("argo-lint", () => {
  it("has the schema of the version that the lab runs", () => {
    const text = readFileSync(join(checkout, "packages", "argo-lint", "package.json"), "utf8");
    assert.equal((JSON.parse(text) as { argoWorkflows: string }).argoWorkflows, versions.argo);
  });
});

import assert from "node:assert/strict";
import { lint } from "../../../../packages/argo-lint";
import { collection } from "../../../support/workflow-collection";

/** The least number of workflows of a class. */
const LEAST = 5;
const SEVERITIES = ["error", "warning", "note", "unsupported"] as const;

describe("the collection of small workflows", () => {
  const cases = collection();

  it(`has ${LEAST} or more of each class, right ones and others`, () => {
    const counts = new Map<string, number>();
    for (const { file } of cases) counts.set(file, (counts.get(file) ?? 0) + 1);
    assert.deepEqual(
      [...counts].filter(([, count]) => count < LEAST),
      [],
    );
    assert.ok(cases.filter(({ verdict }) => verdict === "right").length > cases.length / 4);
  });

  it("has a workflow of each rule that is run on a live Argo, and ends there as the verdict says", () => {
    const rules = new Set(
      cases.map(({ verdict }) => verdict.replace(/^error /, "")).filter((each) => !/ |right/.test(each)),
    );
    const run = new Set(
      cases.filter((each) => each.run !== undefined).map(({ verdict }) => verdict.replace(/^error /, "")),
    );
    assert.deepEqual(
      [...rules].filter((rule) => !run.has(rule)),
      [],
    );
    const good = ["succeeds", "starts", "stays suspended"];
    for (const { title, verdict, run: end } of cases) {
      if (end !== undefined) assert.equal(verdict.startsWith("error"), !good.includes(end), title);
    }
  });

  for (const { title, verdict, objects } of cases) {
    it(`${title}: ${verdict}`, () => {
      const diagnostics = lint(objects);
      // The worst decides, and everything that is as bad is of the rule that is named.
      const worst = SEVERITIES.find((each) => diagnostics.some(({ severity }) => severity === each));
      const found = new Set(
        diagnostics.filter(({ severity }) => severity === worst).map(({ rule }) => `${worst ?? ""} ${rule}`),
      );
      assert.deepEqual(
        found.size === 0 ? ["right"] : [...found],
        [verdict],
        JSON.stringify(diagnostics, null, 2),
      );
    });
  }
});

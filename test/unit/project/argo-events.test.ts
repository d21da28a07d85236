import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { lint, runsOf } from "../../../packages/argo-lint";
import { placeholderArgs, trainingManifests } from "../../../workflows";
import { checkout } from "../../support/checkout";

describe("docs: the example of Argo Events", () => {
  const text = readFileSync(join(checkout, "docs/how-to/argo-events.yaml"), "utf8");
  const { build, train } = trainingManifests({ ...placeholderArgs(), namespace: "gourmetgram-platform" });

  function complaints(yaml: string): string[] {
    const runs = parseAllDocuments(yaml).flatMap((document) => runsOf(document.toJS() as unknown));
    assert.equal(runs.length, 1);
    return lint([build, train, ...runs], { closed: true }).map(({ rule, where }) => `${where} ${rule}`);
  }

  it("submits the lab's template with parameters that it has", () => {
    assert.deepEqual(complaints(text), []);
    assert.equal(complaints(text.replace("- name: branch", "- name: brunch")).length, 1);
    assert.equal(complaints(text.replace("name: train-model\n", "name: train-models\n")).length, 1);
  });
});

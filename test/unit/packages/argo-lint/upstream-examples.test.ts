import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, lint } from "../../../../packages/argo-lint";
import { objectsOf } from "../../../../packages/argo-lint/files/files";

/**
 * What there is to say about the examples that Argo Workflows 3.7.18 publishes, in which nothing is an error: fields
 * that Argo 4 has removed, and arguments for templates that take none, which Argo drops in silence.
 */
const REMARKS: Readonly<Record<string, readonly Diagnostic["rule"][]>> = {
  "cluster-workflow-template/mixed-cluster-namespaced-wftmpl-steps.yaml": ["arguments"],
  "dag-daemon-retry-strategy.yaml": ["deprecated"],
  "steps-daemon-retry-strategy.yaml": ["deprecated"],
  "synchronization-db-mutex-tmpl-level.yaml": ["arguments", "arguments"],
  "synchronization-db-tmpl-level.yaml": ["arguments"],
  "synchronization-mutex-tmpl-level-legacy.yaml": ["arguments", "arguments", "deprecated", "deprecated"],
  "synchronization-mutex-tmpl-level.yaml": ["arguments", "arguments"],
  "synchronization-mutex-wf-level-legacy.yaml": ["deprecated"],
  "synchronization-tmpl-level-legacy.yaml": ["arguments", "deprecated"],
  "synchronization-tmpl-level.yaml": ["arguments"],
  "synchronization-wf-level-legacy.yaml": ["deprecated"],
  "workflow-template/steps.yaml": ["arguments"],
};

/** Folder `examples` of a copy of Argo Workflows 3.7.18. */
const SOURCE = process.env["GOURMETGRAM_ARGO_SOURCE"];

describe("lint of Argo's own examples", () => {
  before(function () {
    if (SOURCE === undefined) {
      console.log(
        "      skipped: GOURMETGRAM_ARGO_SOURCE names no folder with the examples of Argo Workflows 3.7.18",
      );
      this.skip();
    }
  });

  function examples(): { file: string; value: unknown }[] {
    const folder = SOURCE ?? "";
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".yaml"))
      .sort();
    assert.ok(files.length > 200, `${folder} has only ${files.length} examples`);
    return files.flatMap((file) => objectsOf(file, readFileSync(join(folder, file), "utf8")));
  }

  it("finds no error in all of them together", () => {
    const all = examples();
    const diagnostics = lint(all.map(({ value }) => value));
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
    const found: Record<string, Diagnostic["rule"][]> = {};
    for (const { object, rule } of diagnostics.filter(({ severity }) => severity !== "unsupported")) {
      (found[all[object]?.file ?? ""] ??= []).push(rule);
    }
    for (const rules of Object.values(found)) rules.sort();
    assert.deepEqual(found, REMARKS);
    const unsupported = diagnostics.filter(({ severity }) => severity === "unsupported").length;
    console.log(
      `      ${all.length} objects: ${diagnostics.length - unsupported} remarks, ${unsupported} places not checked`,
    );
  });

  it("finds none when each stands alone", () => {
    for (const { file, value } of examples()) {
      const errors = lint([value]).filter(({ severity }) => severity === "error");
      assert.deepEqual(errors, [], file);
    }
  });
});

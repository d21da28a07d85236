import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runsOf } from "../../../../packages/argo-lint";
import { lintFiles } from "../../../../packages/argo-lint/cli/lint-files";
import { FILLED_IN_LATER } from "../../../../packages/argo-lint/expressions/tags";
import { CONTAINER, workflow } from "./support";

describe("lint: event bindings", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "argo-lint-"));
    const library = workflow(
      `{ entrypoint: a, templates: [{ name: a, container: ${CONTAINER} }] }`,
      "WorkflowTemplate",
      "w",
    );
    writeFileSync(join(folder, "w.json"), JSON.stringify(library));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The diagnostics of a binding, each with the line of the metadata or the arguments that it is in. */
  const found = async (submit: string, name = "b", selector = "true"): Promise<string[]> => {
    const text = `kind: WorkflowEventBinding
metadata: { name: ${name} }
spec:
  event: { selector: ${JSON.stringify(selector)} }
  submit:
    workflowTemplateRef: { name: w }
    ${submit}
`;
    writeFileSync(join(folder, "b.yaml"), text);
    const { diagnostics } = await lintFiles(["w.json", "b.yaml"], { next: 0, now: new Date(0), folder });
    return diagnostics.map(({ line, column, severity, rule }) => `${line}:${column} ${severity} ${rule}`);
  };
  const metadata = async (text: string): Promise<string[]> => await found(`metadata: { ${text} }`);

  it("give a run labels and annotations that are expressions of texts", async () => {
    const [run] = runsOf({
      kind: "WorkflowEventBinding",
      metadata: { name: "b" },
      spec: { submit: { metadata: { name: "'n'", labels: { team: '"a"', who: "payload.who" } } } },
    });
    assert.deepEqual((run as { metadata: unknown }).metadata, {
      generateName: "b",
      name: "n",
      namespace: undefined,
      annotations: {},
      labels: { team: "a", who: FILLED_IN_LATER, "workflows.argoproj.io/workflow-event-binding": "b" },
    });
    assert.deepEqual(await metadata(`labels: { team: "'a'" }, annotations: { note: "'a b'" }`), []);
    assert.deepEqual(await metadata(`labels: { who: payload.who, all: "sprig.trim('a')" }`), [
      "7:32 unsupported kind",
      "7:50 unsupported kind",
    ]);
  });

  it("start no run where a label is not written as an expression of a text", async () => {
    for (const bad of ["mlops", "my-team", "data science", "example.org/a", '""', '"1"', '"true"']) {
      assert.deepEqual(await metadata(`labels: { team: ${bad} }`), ["7:33 error condition"], bad);
      assert.deepEqual(await metadata(`annotations: { a: ${bad} }`), ["7:35 error condition"], bad);
    }
    assert.deepEqual(await metadata("generateName: train-"), ["7:31 error condition"]);
    assert.deepEqual(await metadata("labels: { team: 1 }"), ["7:33 error yaml"]);
  });

  it("start no run with a label or a name that the cluster refuses", async () => {
    assert.deepEqual(await metadata(`labels: { team: "'a b'" }`), ["7:33 error template"]);
    assert.deepEqual(await metadata(`labels: { a/b/c: "'a'" }`), ["7:34 error template"]);
    assert.deepEqual(await metadata(`annotations: { a b: "'a'" }`), ["7:37 error template"]);
    assert.deepEqual(await metadata(`name: "'A'"`), ["7:23 error template"]);
    // Argo gives the run the name of the binding as a label.
    assert.deepEqual(await found("", "b".repeat(63)), []);
    assert.deepEqual(await found("", "b".repeat(64)), ["2:19 error template"]);
  });

  it("read every parameter from the event", async () => {
    const parameters = async (text: string): Promise<string[]> =>
      (await found(`arguments: { parameters: [{ name: x, ${text} }] }`)).filter(
        (each) => !each.endsWith("warning arguments"),
      );
    assert.deepEqual(await parameters("valueFrom: { event: payload.x }"), []);
    for (const bad of ["value: a", 'valueFrom: { event: "" }', "valueFrom: { supplied: {} }"]) {
      assert.deepEqual(await parameters(bad), ["7:31 error arguments"], bad);
    }
  });

  it("have a selector that is not checked", async () => {
    assert.deepEqual(await found("", "b", "payload.x == 1"), ["4:22 unsupported kind"]);
  });
});

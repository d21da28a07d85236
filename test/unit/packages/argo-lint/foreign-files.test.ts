import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queryObjects } from "node:v8";
import { Document } from "yaml";
import { lintFiles, type Report } from "../../../../packages/argo-lint/cli/lint-files";
import { FILLED_IN_LATER } from "../../../../packages/argo-lint/expressions/tags";
import { objectsOf } from "../../../../packages/argo-lint/files/files";
import { runsOf } from "../../../../packages/argo-lint/files/unpack";
import { lint } from "../../../../packages/argo-lint";
import { ref } from "./support";

describe("lint:workflows of files as others write them", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "argo-lint-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const judged = async (text: string): Promise<Report> => {
    writeFileSync(join(folder, "tried.yaml"), text);
    return await lintFiles(["tried.yaml"], { next: 0, now: new Date(0), folder });
  };
  const found = async (text: string): Promise<string[]> =>
    (await judged(text)).diagnostics.map(
      ({ line, column, severity, rule }) => `${line}:${column} ${severity} ${rule}`,
    );
  const workflow = (container: string, rest = ""): string => `kind: Workflow
metadata: { generateName: a- }
spec:
  entrypoint: a
  ${rest}
  templates:
    - name: a
      container:
        ${container.trimStart()}
`;

  it("leaves values to their owner where any JSON is taken: items of loops, and plugins", async () => {
    const member = "{ name: 1, image: 2, args: [3], when: true, labels: { a: 4 }, env: [{ value: 5 }] }";
    const text = `kind: Workflow
metadata: { generateName: a- }
spec:
  entrypoint: a
  templates:
    - name: a
      steps: [[{ name: s, template: b, withItems: [${member}] }]]
    - { name: b, plugin: { p: ${member} } }
`;
    assert.deepEqual(await found(text), ["8:26 unsupported kind"]);
    assert.deepEqual(await found(text.replace("name: s", "name: 1")), [
      "8:26 unsupported kind",
      "7:24 error yaml",
    ]);
  });

  it("does not look at what the controller has written", async () => {
    assert.deepEqual(
      await found(`${workflow("image: i")}status: { nodes: { a: { name: 1, args: [2] } } }\n`),
      [],
    );
  });

  it("says that a reference without quotes cannot be read", async () => {
    const { diagnostics } = await judged(workflow(`image: ${ref("workflow.name")}`));
    assert.deepEqual(
      diagnostics.map(({ line, column, rule, fix }) => `${line}:${column} ${rule}: ${fix}`),
      [`9:16 yaml: put references in quotes: "${ref("…")}"`],
    );
    assert.deepEqual(await found(workflow(`image: "${ref("workflow.name")}"`)), []);
  });

  const MERGED = `kind: Workflow
metadata: { generateName: a- }
spec:
  entrypoint: a
  templates:
    - &base
      name: a
      container: &c
        image: i
        args: [&x "${ref("workflow.parameters.x")}"]
    - ALTERED
`;

  it("tells of members that a merge key brings and that are given once more, which Argo does not override", async () => {
    const merged = async (text: string): Promise<string[]> =>
      (await found(MERGED.replace("ALTERED", text))).filter((each) => each.includes("yaml"));
    assert.deepEqual(await merged("{ name: b, container: { <<: *c, command: [sh] } }"), []);
    assert.deepEqual(await merged("{ name: b, container: { <<: *c, image: j } }"), ["11:46 error yaml"]);
    assert.deepEqual(await merged("{ name: b, container: { image: j, <<: *c } }"), ["11:38 error yaml"]);
    assert.deepEqual(await merged("{ name: b, container: { <<: [*c, { image: j }] } }"), [
      "11:29 error yaml",
    ]);
    assert.deepEqual(await merged("{ <<: *base, name: b }"), ["11:26 error yaml"]);
  });

  it("places what an alias or a merge key brings where it is written, with either line end", async () => {
    const text = MERGED.replace(
      "ALTERED",
      "{ name: b, container: { <<: *c } }\n    - { name: d, container: *c }",
    );
    for (const end of ["\n", "\r\n"]) {
      assert.deepEqual(await found(text.replaceAll("\n", end)), Array(3).fill("10:19 error output"));
    }
  });

  it("reads numbers as Go does, in texts", async () => {
    const read = async (value: string): Promise<number> =>
      (await found(workflow(`{ image: i, args: [${value}] }`))).length;
    for (const value of ["0o17", "-0O17", "0X1F", "0B1", "0b1", "1_000", ".5", "010"]) {
      assert.equal(await read(value), 1, value);
    }
    for (const value of ["0o8", "12:30", "._5", "2024-01-01", "0X", "1.5.2"]) {
      assert.equal(await read(value), 0, value);
    }
  });

  it("reads lists and objects in brackets whose lines begin anywhere, as Argo does, and keeps their places", async () => {
    const args = `image: i
        args: ["a",
"b", ${ref("pod.name")},
  {x: 1}, [
]]
        command: [c,
\t1]`;
    assert.deepEqual(await found(workflow(args.replace(ref("pod.name"), "010"))), [
      "11:6 error yaml",
      "15:2 error yaml",
    ]);
    assert.match((await judged("kind: Workflow\na: [\n")).unreadable[0]?.message ?? "", /^not YAML: Flow/);
  });

  it("reads long lists in brackets and long strings at once, with the line ends of Windows as well", async () => {
    const lines = (line: string): string => `${line}\n`.repeat(3000);
    const text = workflow(
      `image: i\n        args: [\n${lines('"a",')}010]\n        command: ["\n${lines("a")}"]`,
    );
    for (const each of [text, text.replaceAll("\n", "\r\n")]) {
      const start = process.cpuUsage();
      assert.deepEqual(await found(each), ["3011:1 error yaml"]);
      // The processor's time: a busy machine takes as long as it likes.
      assert.ok(process.cpuUsage(start).user < 10_000_000);
    }
  });

  it("tells a Helm chart from a script that writes one", async () => {
    const values = ref(".Values.x");
    const script = `image: i\n        args:\n          - |\n            echo '${values}'`;
    const read = async (container: string): Promise<number> => (await judged(workflow(container))).workflows;
    assert.equal(await read(script), 1);
    assert.equal(await read(script.replace("image: i", `image: "${values}"`)), 0);
    assert.equal(await read(script.replace("image: i", `image: ${values}`)), 0);
    assert.equal(await read(script.replace(values, ref(`"${"{".repeat(2)}"`))), 0);
  });

  it("reads of a Sensor what it starts, with the arguments that it passes, and not what it stops or patches", async () => {
    const library = `kind: WorkflowTemplate
metadata: { name: w }
spec:
  entrypoint: a
  arguments: { parameters: [{ name: x }] }
  templates: [{ name: a, container: { image: i, args: ["${ref("workflow.parameters.x")}"] } }]
---
`;
    const sensor = (trigger: string): string =>
      `${library}kind: Sensor\nspec: { triggers: [{ template: { ${trigger} } }] }\n`;
    const run = "{ resource: { kind: Workflow, spec: { workflowTemplateRef: { name: w } } } }";
    const named = (kind: string): string => `{ resource: { kind: ${kind}, metadata: { name: w } } }`;
    assert.deepEqual(await found(sensor(`argoWorkflow: { source: ${run} }`)), ["9:117 error arguments"]);
    for (const args of ['["-p", "x=1"]', '["-px=1"]', '["--labels=a=b", "--parameter", "x=1"]']) {
      assert.deepEqual(await found(sensor(`argoWorkflow: { args: ${args}, source: ${run} }`)), []);
    }
    for (const trigger of [
      `argoWorkflow: { operation: submit-from, source: ${named("WorkflowTemplate")} }`,
      `argoWorkflow: { operation: retry, source: ${named("Workflow")} }`,
      `k8s: { operation: patch, source: ${named("CronWorkflow")} }`,
    ]) {
      const { diagnostics, notChecked } = await judged(sensor(trigger));
      assert.deepEqual(diagnostics, []);
      assert.match(notChecked[0]?.message ?? "", /^the object of the operation (submit-from|retry|patch) is/);
    }
    assert.deepEqual(await found(sensor(`k8s: { operation: create, source: ${named("Workflow")} }`)), [
      "9:80 error entrypoint",
    ]);
  });

  it("leaves the object of a trigger as it is where the place is filled in that the event fills in", () => {
    const sensor = (dest: string): string => `kind: Sensor
spec:
  triggers:
    - template:
        k8s:
          parameters: [{ src: { dependencyName: d }, dest: ${dest} }]
          source: { resource: { kind: Workflow, metadata: {}, spec: { entrypoint: a } } }
`;
    const [replaced, named] = ["REPLACED", "spec.entrypoint"].map(
      (dest) => objectsOf("f", sensor(dest))[0]?.value as { spec: { entrypoint: string } },
    );
    assert.deepEqual(replaced, { kind: "Workflow", metadata: {}, spec: { entrypoint: "a" } });
    assert.notEqual(named?.spec.entrypoint, "a");
  });

  it("tells where a value of the run stands that an event binding submits", async () => {
    const text = `kind: WorkflowEventBinding
metadata: { name: b }
spec:
  event: { selector: "true" }
  submit:
    workflowTemplateRef: { name: w }
    arguments: { parameters: [{ name: x, value: no }] }
`;
    assert.deepEqual(await found(text), [
      "6:34 unsupported reference",
      "7:49 warning yaml",
      "7:31 error arguments",
    ]);
  });

  it("gives a value to each parameter that an event binding reads from the event", () => {
    const parameters = [{ name: "x", valueFrom: { event: "payload.x" } }, { name: "y" }];
    const submit = { workflowTemplateRef: { name: "w" }, arguments: { parameters } };
    const [run] = runsOf({ kind: "WorkflowEventBinding", metadata: { name: "b" }, spec: { submit } });
    const passed = [{ name: "x", value: FILLED_IN_LATER }, { name: "y" }];
    assert.deepEqual((run as { spec: unknown }).spec, { ...submit, arguments: { parameters: passed } });
  });

  it("keeps the text of a file, and not its syntax tree", () => {
    const before = queryObjects(Document, { format: "count" });
    const objects = Array.from({ length: 5 }, () => objectsOf("f", workflow("image: 1"))).flat();
    assert.equal(queryObjects(Document, { format: "count" }), before);
    assert.deepEqual(
      objects.map((each) => [each.misread.length, each.position(each.misread[0]?.path ?? []).line]),
      Array.from({ length: 5 }, () => [1, 9]),
    );
  });

  it("does not take a Workflow of others for one of Argo's", async () => {
    const other = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", spec: { templateRef: "t" } };
    const { workflows, notChecked } = await judged(JSON.stringify(other));
    assert.deepEqual([workflows, notChecked.map(({ message }) => message)], [0, ["Workflow is not read"]]);
    assert.deepEqual(lint([other]), []);
    assert.equal(lint([{ ...other, apiVersion: "argoproj.io/v1alpha1" }]).length, 1);
  });
});

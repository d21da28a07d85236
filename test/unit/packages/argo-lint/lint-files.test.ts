import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { objectsOf } from "../../../../packages/argo-lint/files/files";
import { toGithub, toSarif, toText } from "../../../../packages/argo-lint/cli/formats";
import { exitCode, lintFiles } from "../../../../packages/argo-lint/cli/lint-files";
import { ref } from "./support";
import { checkout } from "../../../support/checkout";

/** Helm's and Go's templates open as references do. */
const OPEN = "{".repeat(2);

const GOOD = `apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata:
  name: good
spec:
  entrypoint: one
  templates:
    - name: one
      container:
        image: busybox
        command: [echo]
`;
const BAD = `# A comment
kind: CronWorkflow
metadata:
  name: bad
spec:
  schedules: ["0 2 * * *"]
  timezone: UTC
  workflowSpec:
    workflowTemplateRef:
      name: missing
---
kind: Workflow
metadata: { generateName: bad- }
spec:
  entrypoint: gone
  templates: []
`;

describe("lint:workflows", () => {
  let folder: string;
  const options = { next: 2, now: new Date("2026-01-01T00:00:00Z"), closed: true };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-lint-"));
    writeFileSync(join(folder, "good.yaml"), GOOD);
    writeFileSync(join(folder, "bad.yaml"), BAD);
    writeFileSync(join(folder, "broken.yaml"), "a: [");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("finds nothing wrong in a good file", async () => {
    const report = await lintFiles(["good.yaml"], { ...options, folder });
    assert.deepEqual(report, {
      workflows: 1,
      diagnostics: [],
      schedules: [],
      unreadable: [],
      notChecked: [],
      argo: { missing: "there is no program argo" },
      schema: { missing: "Argo's schema is not at hand" },
    });
    assert.match(toText(report), /^fields and types not checked: Argo's schema is not at hand/m);
    assert.equal(exitCode(report), 0);
  });

  it("tells the file, the line and the next times", async () => {
    const report = await lintFiles(["good.yaml", "bad.yaml"], { ...options, folder });
    assert.deepEqual(
      report.diagnostics.map(({ file, line, rule }) => `${file}:${line} ${rule}`),
      ["bad.yaml:10 reference", "bad.yaml:15 entrypoint"],
    );
    assert.deepEqual(
      report.schedules.map(({ times }) => times),
      [["2026-01-01T02:00:00.000Z", "2026-01-02T02:00:00.000Z"]],
    );
    assert.equal(exitCode(report), 1);
    assert.match(
      toText(report),
      /^bad\.yaml:10:13: error: there is no WorkflowTemplate missing \(reference\)$/m,
    );
    assert.match(toText(report), /^ {4}fix: use one that exists: good$/m);
    assert.match(
      toText(report),
      /^3 workflows checked: 2 errors, 0 warnings, 0 notes, 0 not checked, 0 files unreadable$/m,
    );
  });

  it("goes on after a file that it cannot read", async () => {
    const report = await lintFiles(["none.yaml", "broken.yaml", "good.yaml"], { ...options, folder });
    assert.deepEqual(
      report.unreadable.map(({ file }) => file),
      ["none.yaml", "broken.yaml"],
    );
    assert.equal(report.workflows, 1);
    assert.equal(exitCode(report), 2);
  });

  it("reads quoted lines that begin anywhere, as Argo does, and keeps the lines' numbers", () => {
    const text = 'kind: Workflow\na:\n  - b: ["\n  first\n  second\n  "]\n    c: 1\n';
    const [object] = objectsOf("f", text);
    assert.deepEqual(object?.value, { kind: "Workflow", a: [{ b: [" first second "], c: 1 }] });
    assert.equal(object?.position(["a", 0, "c"]).line, 7);
  });

  const judged = async (text: string) => {
    writeFileSync(join(folder, "tried.yaml"), text);
    return await lintFiles(["tried.yaml"], { ...options, closed: false, folder });
  };

  it("reads the workflows in lists, sensors and event bindings, and says what it does not read", async () => {
    const spec = "{ entrypoint: gone, templates: [] }";
    const report = await judged(`
kind: List
items:
  - kind: Workflow
    metadata: { name: a }
    spec: ${spec}
  - { kind: Deployment, metadata: { name: d } }
---
kind: Sensor
spec:
  triggers:
    - template:
        argoWorkflow:
          parameters: [{ src: { dependencyName: d }, dest: spec.arguments.parameters.0.value }]
          source:
            resource:
              kind: Workflow
              metadata: { name: b }
              spec: ${spec}
    - template: { name: u, argoWorkflow: { source: { s3: { key: w.yaml } } } }
---
kind: WorkflowEventBinding
metadata: { name: c }
spec:
  event: { selector: "true" }
  submit:
    workflowTemplateRef: { name: good }
---
kind: AnalysisTemplate
---
just a text
`);
    assert.equal(report.workflows, 3);
    assert.deepEqual(
      report.diagnostics.map(({ line, column, severity, rule }) => `${line}:${column} ${severity} ${rule}`),
      ["6:25 error entrypoint", "19:35 error entrypoint", "27:34 unsupported reference"],
    );
    assert.deepEqual(
      report.notChecked.map(({ message }) => message),
      [
        "Deployment is not read",
        "the workflow that the trigger u loads from s3 is not read",
        "AnalysisTemplate is not read",
        "something that is not an object is not read",
      ],
    );
  });

  it("takes what an event fills in for unknown", async () => {
    const report = await judged(`
kind: Sensor
spec:
  triggers:
    - template:
        k8s:
          parameters: [{ src: { dependencyName: d }, dest: spec.arguments.parameters.0.value }]
          source:
            resource:
              kind: Workflow
              metadata: { name: b }
              spec:
                entrypoint: a
                arguments: { parameters: [{ name: x, value: "" }, { name: z, value: "" }] }
                templates:
                  - name: a
                    steps:
                      - - { name: s, template: b, when: "${ref("workflow.parameters.x")} == go" }
                        - { name: t, template: b, when: "${ref("workflow.parameters.z")} == go" }
                  - { name: b, container: { image: busybox } }
`);
    assert.deepEqual(
      report.diagnostics.map(({ line, severity, rule }) => `${line} ${severity} ${rule}`),
      ["19 error condition"],
    );
  });

  it("reads YAML 1.1, and tells what is read as something else than it looks like", async () => {
    const report = await judged(`
kind: Workflow
metadata: { name: n }
spec:
  entrypoint: a
  arguments: { parameters: [{ name: x, value: no }, { name: v, value: 1.10 }, { name: z, value: 2 }, { name: w, value: "no" }] }
  templates: [{ name: a, container: { image: i, args: [yes, ".", ., 010] } }]
`);
    assert.deepEqual(
      report.diagnostics.map(
        ({ line, severity, rule, message }) => `${line} ${severity} ${rule}: ${message}`,
      ),
      [
        "3 error yaml: n is read as false, and Argo refuses the object: it expects a string",
        "6 warning yaml: no is read as false, and the parameter gets that",
        "6 warning yaml: 1.10 is read as 1.1, and the parameter gets that",
        "7 error yaml: yes is read as true, and Argo refuses the object: it expects a string",
        "7 error yaml: 010 is read as 8, and Argo refuses the object: it expects a string",
      ],
    );
  });

  it("walks folders, and says of a Helm source, an empty file and an empty folder what they are", async () => {
    const inner = join(folder, "inner");
    mkdirSync(join(inner, ".hidden"), { recursive: true });
    mkdirSync(join(folder, "nothing"), { recursive: true });
    writeFileSync(join(inner, ".hidden", "bad.yaml"), BAD);
    writeFileSync(join(inner, "good.yml"), GOOD);
    writeFileSync(join(inner, "values.yaml"), "replicas: 1\n");
    writeFileSync(join(inner, "chart.yaml"), `kind: Workflow\nmetadata: { name: ${ref(".Values.name")} }\n`);
    writeFileSync(join(folder, "empty.yaml"), "# nothing\n");
    const report = await lintFiles(["inner", "nothing", "empty.yaml"], { ...options, folder });
    assert.equal(report.workflows, 1);
    assert.deepEqual(report.unreadable, []);
    assert.deepEqual(
      report.notChecked.map(({ file, message }) => `${file}: ${message.slice(0, 40)}`),
      [
        "inner/chart.yaml: this is the source of a Helm chart, whic",
        "nothing: the folder holds no YAML or JSON file",
        "empty.yaml: the file holds no object",
      ],
    );
    const named = await lintFiles(["inner/chart.yaml"], { ...options, folder });
    assert.equal(exitCode(named), 2);
  });

  it("tells the source of a Helm chart from templates that a workflow has as values", async () => {
    const write = (name: string, args: string): void =>
      writeFileSync(join(folder, name), GOOD.replace("spec:", `  annotations: { x: '${args}' }\nspec:`));
    write("go.yaml", "{{range .Items}}{{.Name}}{{end}}");
    write("vault.yaml", `${OPEN}- with secret "${ref("workflow.name")}" -}}{{ .Data.x }}${OPEN}- end }}`);
    write("escaped.yaml", `${OPEN}\`${ref("workflow.name")}\`}}`);
    writeFileSync(
      join(folder, "block.yaml"),
      `kind: Workflow\n${OPEN}- if $x }}\nspec: {}\n${OPEN}- end }}\n`,
    );
    const names = ["go.yaml", "vault.yaml", "escaped.yaml", "block.yaml"];
    const report = await lintFiles(names, { ...options, closed: false, folder });
    assert.deepEqual(
      report.unreadable.map(({ file, message }) => `${file}: ${/Helm chart/.exec(message)?.[0] ?? message}`),
      ["escaped.yaml: Helm chart", "block.yaml: Helm chart"],
    );
    assert.equal(report.workflows, 2);
  });

  it("follows links to files, and names those that it does not follow", async () => {
    const inner = join(folder, "linked");
    mkdirSync(inner);
    writeFileSync(join(inner, "good.yaml"), GOOD);
    symlinkSync("good.yaml", join(inner, "twin.yaml"));
    symlinkSync("..", join(inner, "up"));
    symlinkSync("nowhere", join(inner, "gone.yaml"));
    const report = await lintFiles(["linked"], { ...options, folder });
    assert.equal(report.workflows, 2);
    assert.deepEqual(
      [...report.notChecked, ...report.unreadable].map(({ file, message }) => `${file}: ${message}`),
      ["linked/up: a link to a folder is not followed", "linked/gone.yaml: the link leads nowhere"],
    );
  });

  it("passes over YAML of others in a folder that it cannot read, and refuses what is not text", async () => {
    const inner = join(folder, "others");
    mkdirSync(inner);
    writeFileSync(join(inner, "ansible.yaml"), "kind: x\n{% if y %}\n");
    writeFileSync(join(inner, "broken.yaml"), "apiVersion: argoproj.io/v1alpha1\nkind: [\n");
    writeFileSync(join(folder, "picture.yaml"), Buffer.from([0, 1, 2]));
    const report = await lintFiles(["others", "picture.yaml"], { ...options, folder });
    assert.deepEqual(
      report.notChecked.map(({ file }) => file),
      ["others/ansible.yaml"],
    );
    assert.deepEqual(
      report.unreadable.map(({ file }) => file),
      ["others/broken.yaml", "picture.yaml"],
    );
  });

  it("reads the workflow that a Sensor has as text", async () => {
    const report = await judged(`
kind: Sensor
spec:
  triggers:
    - template:
        k8s:
          source:
            inline: |
              kind: Workflow
              metadata: { name: b }
              spec: { entrypoint: a, templates: [{ name: b, container: { image: busybox } }] }
`);
    assert.deepEqual(
      report.diagnostics.map(({ line, rule }) => `${line} ${rule}`),
      ["8 entrypoint"],
    );
  });

  it("refuses one name twice in the files that are named, and warns of it in a folder", async () => {
    mkdirSync(join(folder, "twins"), { recursive: true });
    for (const name of ["one", "two"]) writeFileSync(join(folder, "twins", `${name}.yaml`), GOOD);
    const judge = async (...paths: string[]): Promise<string[]> =>
      (await lintFiles(paths, { ...options, folder })).diagnostics.map(
        ({ file, line, severity, rule }) => `${file}:${line} ${severity} ${rule}`,
      );
    assert.deepEqual(await judge("twins/one.yaml", "twins/two.yaml"), ["twins/two.yaml:4 error reference"]);
    assert.deepEqual(await judge("twins"), ["twins/two.yaml:4 warning reference"]);
  });

  it("fails on warnings if it is strict, and never on notes", async () => {
    const warned = await judged(GOOD.replace("spec:", "spec:\n  podPriority: 1"));
    assert.equal(exitCode(warned), 0);
    assert.equal(exitCode(warned, { strict: true }), 1);
    const noted = await judged(GOOD.replace("spec:", "spec:\n  synchronization: { mutex: { name: m } }"));
    assert.equal(noted.diagnostics.length, 1);
    assert.equal(exitCode(noted, { strict: true }), 0);
  });

  it("writes SARIF and commands of GitHub with lines and columns", async () => {
    const report = await lintFiles(["bad.yaml", "none.yaml"], { ...options, folder });
    const { runs } = JSON.parse(toSarif(report)) as {
      runs: { results: { ruleId: string; level: string; locations: unknown[] }[] }[];
    };
    assert.deepEqual(
      runs[0]?.results.map(({ ruleId, level }) => `${ruleId} ${level}`),
      ["reference error", "entrypoint error"],
    );
    assert.deepEqual(runs[0]?.results[0]?.locations, [
      {
        physicalLocation: {
          artifactLocation: { uri: "bad.yaml" },
          region: { startLine: 10, startColumn: 13 },
        },
      },
    ]);
    const lines = toGithub(report).split("\n");
    assert.match(lines[0] ?? "", /^::error file=none\.yaml,title=cannot be read::there is no such file/);
    assert.equal(
      lines[1],
      "::error file=bad.yaml,line=10,col=13,title=reference::there is no WorkflowTemplate missing%0Afix: add the WorkflowTemplate",
    );
  });

  it("is a command that reads standard input and says by its exit code what it found", () => {
    const run = (input: string, ...rest: string[]) =>
      spawnSync(
        process.execPath,
        ["-r", "./test/support/ts-node.cjs", "packages/argo-lint/cli/main.ts", ...rest],
        {
          cwd: checkout,
          input,
          encoding: "utf8",
        },
      );
    const found = run(BAD, "-", "--json", "--closed", "--no-argo");
    assert.equal(found.status, 1, found.stderr);
    const { findings } = JSON.parse(found.stdout) as { findings: { file: string; remedy: string }[] };
    assert.deepEqual(
      findings.map(({ file, remedy }) => `${file}: ${remedy}`),
      ["(standard input): add the WorkflowTemplate", "(standard input): add the template"],
    );
    assert.equal(run("").status, 2);
  });
});

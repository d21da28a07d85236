import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { objectsOf } from "../../../../components/argo/proof/cli/files";
import { exitCode, lint, toText } from "../../../../components/argo/proof/cli/lint";

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
    const report = await lint(["good.yaml"], { ...options, folder });
    assert.deepEqual(report, { workflows: 1, findings: [], schedules: [], unreadable: [] });
    assert.equal(exitCode(report), 0);
  });

  it("tells the file, the line and the next times", async () => {
    const report = await lint(["good.yaml", "bad.yaml"], { ...options, folder });
    assert.deepEqual(
      report.findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`),
      ["bad.yaml:10 reference", "bad.yaml:15 entrypoint"],
    );
    assert.deepEqual(
      report.schedules.map(({ times }) => times),
      [["2026-01-01T02:00:00.000Z", "2026-01-02T02:00:00.000Z"]],
    );
    assert.equal(exitCode(report), 1);
    assert.match(
      toText(report),
      /^bad\.yaml:10: error: there is no WorkflowTemplate missing \(reference\)$/m,
    );
    assert.match(toText(report), /^ {4}remedy: name one that there is: good$/m);
    assert.match(toText(report), /^3 workflows judged: 2 errors, 0 not judged, 0 files unreadable$/m);
  });

  it("goes on after a file that it cannot read", async () => {
    const report = await lint(["none.yaml", "broken.yaml", "good.yaml"], { ...options, folder });
    assert.deepEqual(
      report.unreadable.map(({ file }) => file),
      ["none.yaml", "broken.yaml"],
    );
    assert.equal(report.workflows, 1);
    assert.equal(exitCode(report), 2);
  });

  it("reads quoted lines that begin anywhere, as Argo does, and keeps the lines' numbers", () => {
    const text = 'a:\n  - b: ["\n  first\n  second\n  "]\n    c: 1\n';
    const [object] = objectsOf("f", text);
    assert.deepEqual(object?.value, { a: [{ b: [" first second "], c: 1 }] });
    assert.equal(object?.line(["a", 0, "c"]), 6);
  });

  it("is a command that reads standard input and says by its exit code what it found", () => {
    const run = (input: string, ...rest: string[]) =>
      spawnSync(process.execPath, ["-r", "ts-node/register", "components/argo/proof/cli/main.ts", ...rest], {
        cwd: join(__dirname, "..", "..", "..", ".."),
        input,
        encoding: "utf8",
      });
    const found = run(BAD, "-", "--json", "--closed");
    assert.equal(found.status, 1, found.stderr);
    const { findings } = JSON.parse(found.stdout) as { findings: { file: string }[] };
    assert.deepEqual(
      findings.map(({ file }) => file),
      ["(standard input)", "(standard input)"],
    );
    assert.equal(run("").status, 2);
  });
});

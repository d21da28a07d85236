// Times the built package: `npm run bench`, or `npm run bench -- FOLDER` for files of your own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const require = createRequire(import.meta.url);
const { lint } = require("../dist/index.js");
const { lintFiles } = require("../dist/cli/index.js");

/** As many files as a look at 15 public repositories found. */
const FILES = 1193;
const TEMPLATES = 1000;
/** Seconds. */
const MOST = { files: 10, templates: 1 };

/** A workflow as people write them: a DAG of five tasks, a loop, a condition, and the templates that they run. */
function workflow(index) {
  const tasks = [1, 2, 3, 4, 5].map(
    (task) => `          - name: task-${task}
            template: work-${task}
            ${task === 1 ? "" : `depends: task-${task - 1}`}
            ${task === 5 ? `when: "'{{tasks.task-4.outputs.parameters.value}}' != ''"` : ""}
            arguments:
              parameters:
                - { name: input, value: "{{${task === 1 ? "workflow.parameters.first" : `tasks.task-${task - 1}.outputs.parameters.value`}}}" }`,
  );
  const templates = [1, 2, 3, 4, 5].map(
    (task) => `    - name: work-${task}
      inputs: { parameters: [{ name: input }] }
      outputs: { parameters: [{ name: value, valueFrom: { path: /tmp/value, default: "" } }] }
      retryStrategy: { limit: 2, backoff: { duration: 30s } }
      container:
        image: registry.example.org/work:1.${task}
        command: [sh, -c]
        args: ["work --input={{inputs.parameters.input}} --try={{retries}} > /tmp/value"]
        env:
          - { name: RUN, value: "{{workflow.name}}" }
        resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 128Mi } }`,
  );
  return `apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata:
  name: bench-${index}
spec:
  entrypoint: main
  arguments:
    parameters:
      - { name: first, value: "1" }
  templates:
    - name: main
      dag:
        tasks:
${tasks.join("\n")}
${templates.join("\n")}
`;
}

/** The same as an object of as many templates. */
function library(templates) {
  const container = (name) => ({
    name,
    inputs: { parameters: [{ name: "input", default: "" }] },
    container: { image: "work:1", args: ["{{inputs.parameters.input}}", "{{workflow.parameters.first}}"] },
  });
  const names = Array.from({ length: templates - 1 }, (_, index) => `work-${index}`);
  const steps = names.map((template) => [{ name: template, template }]);
  const parameters = [{ name: "first", value: "1" }];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "bench" },
    spec: {
      entrypoint: "main",
      arguments: { parameters },
      templates: [{ name: "main", steps }, ...names.map(container)],
    },
  };
}

async function timed(thing) {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = await thing();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1000;
  return {
    result,
    seconds,
    words: `${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of a core)`,
  };
}

const schema = join(import.meta.dirname, "..", "dist", "schema.json");
const given = process.argv[2];
const folder = given === undefined ? mkdtempSync(join(tmpdir(), "argo-lint-bench-")) : resolve(given);
try {
  if (given === undefined) {
    for (let index = 0; index < FILES; index += 1)
      writeFileSync(join(folder, `${index}.yaml`), workflow(index));
  }
  const files = await timed(() => lintFiles(["."], { folder, next: 3, now: new Date(), schema }));
  console.log(
    `${files.result.workflows} workflows of files: ${files.words}, ${files.result.diagnostics.length} findings`,
  );
  const templates = await timed(() => lint([library(TEMPLATES)]));
  console.log(
    `${TEMPLATES} templates of one workflow: ${templates.words}, ${templates.result.length} findings`,
  );
  const tooSlow = (given === undefined && files.seconds > MOST.files) || templates.seconds > MOST.templates;
  if (tooSlow) console.error(`expected at most ${MOST.files} s and ${MOST.templates} s`);
  process.exitCode = tooSlow ? 1 : 0;
} finally {
  if (given === undefined) rmSync(folder, { recursive: true });
}

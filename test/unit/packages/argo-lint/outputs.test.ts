import assert from "node:assert/strict";
import { CONTAINER, errors, ref, unsupported, workflow } from "./support";

const MAKE = `{ name: make, outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] }, container: ${CONTAINER} }`;
const MAKE_DEFAULT = `{ name: sure, outputs: { parameters: [{ name: v, valueFrom: { path: /v, default: "0" } }] }, container: ${CONTAINER} }`;
const USE = `{ name: use, inputs: { parameters: [{ name: x }] }, container: ${CONTAINER} }`;
const pass = (value: string): string => `arguments: { parameters: [{ name: x, value: "${value}" }] }`;

function steps(groups: string): unknown {
  return workflow(
    `{ entrypoint: a, templates: [{ name: a, steps: ${groups} }, ${MAKE}, ${MAKE_DEFAULT}, ${USE}] }`,
  );
}

function dag(tasks: string): unknown {
  return workflow(
    `{ entrypoint: a, templates: [{ name: a, dag: { tasks: ${tasks} } }, ${MAKE}, ${MAKE_DEFAULT}, ${USE}] }`,
  );
}

const V = ref("steps.m.outputs.parameters.v");
const T = ref("tasks.m.outputs.parameters.v");
const IN_STEPS = "spec.templates[a].steps[1][u].arguments.parameters[x].value";
const IN_DAG = "spec.templates[a].dag.tasks[u].arguments.parameters[x].value";

describe("lint: references to outputs", () => {
  it("can be made to steps of earlier groups only", () => {
    assert.deepEqual(
      errors(steps(`[[{ name: m, template: make }], [{ name: u, template: use, ${pass(V)} }]]`)),
      [],
    );
    assert.deepEqual(
      errors(steps(`[[{ name: m, template: make }, { name: u, template: use, ${pass(V)} }]]`)),
      ["output: spec.templates[a].steps[0][u].arguments.parameters[x].value"],
    );
  });

  it("can be made to tasks that are waited for, directly or not", () => {
    const m = "{ name: m, template: make }";
    const use = (rest: string): string => `{ name: u, template: use, ${rest}, ${pass(T)} }`;
    assert.deepEqual(errors(dag(`[${m}, ${use("dependencies: [m]")}]`)), []);
    assert.deepEqual(errors(dag(`[${m}, ${use("depends: m.Succeeded")}]`)), []);
    const between = "{ name: b, template: make, depends: m }";
    assert.deepEqual(errors(dag(`[${m}, ${between}, ${use("depends: b")}]`)), []);
    assert.deepEqual(errors(dag(`[${m}, ${use("dependencies: []")}]`)), [`output: ${IN_DAG}`]);
  });

  it("name outputs, steps and properties that exist", () => {
    const judge = (path: string): string[] =>
      errors(steps(`[[{ name: m, template: make }], [{ name: u, template: use, ${pass(ref(path))} }]]`));
    for (const path of [
      "steps.m.outputs.result",
      "steps.m.status",
      "steps.name",
      "workflow.name",
      "node.name",
    ]) {
      assert.deepEqual(judge(path), [], path);
    }
    for (const path of [
      "steps.m.outputs.parameters.w",
      "steps.m.outputs.artifacts.v",
      "steps.n.outputs.result",
      "steps.m.state",
      "tasks.m.outputs.result",
      "workflow.nam",
      "workflow.outputs.parameters.none",
      "item",
    ]) {
      assert.deepEqual(judge(path), [`output: ${IN_STEPS}`], path);
    }
  });

  it("cannot look out of a template", () => {
    assert.deepEqual(
      errors(
        workflow(`{ entrypoint: a, templates: [{ name: a, container: { image: i, args: ["${V}"] } }] }`),
      ),
      ["output: spec.templates[a].container.args[0]"],
    );
  });

  it("find items in a loop", () => {
    const loop = `[[{ name: u, template: use, withItems: [a], ${pass(ref("item"))} }]]`;
    assert.deepEqual(errors(steps(loop)), []);
  });

  it("find the names under which outputs are exported", () => {
    const exported = `{ name: e, outputs: { parameters: [{ name: v, globalName: g, valueFrom: { path: /v } }] }, container: ${CONTAINER} }`;
    const user = `{ name: u, template: use, ${pass(ref("workflow.outputs.parameters.g"))} }`;
    assert.deepEqual(
      errors(
        workflow(
          `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: m, template: e }], [${user}]] }, ${exported}, ${USE}] }`,
        ),
      ),
      [],
    );
  });
});

describe("lint: references to inputs and parameters", () => {
  const template = (path: string): string =>
    `{ name: a, inputs: { parameters: [{ name: x, value: '1' }] }, container: { image: i, args: ["${ref(path)}"] } }`;
  const judge = (path: string, kind = "Workflow"): unknown =>
    workflow(
      `{ entrypoint: a, arguments: { parameters: [{ name: p, value: '1' }] }, templates: [${template(path)}] }`,
      kind,
    );
  const PLACE = "output: spec.templates[a].container.args[0]";

  it("name what is declared", () => {
    assert.deepEqual(errors(judge("inputs.parameters.x")), []);
    assert.deepEqual(errors(judge("inputs.parameters.y")), [PLACE]);
    assert.deepEqual(errors(judge("inputs.artifacts.x.path")), [PLACE]);
    assert.deepEqual(errors(judge("workflow.parameters.p")), []);
    assert.deepEqual(errors(judge("workflow.parameters.q")), [PLACE]);
  });

  it("leave open what a run of a template may bring, unless all is known", () => {
    const object = judge("workflow.parameters.q", "WorkflowTemplate");
    assert.deepEqual(errors(object), []);
    assert.deepEqual(unsupported(object), [PLACE]);
    assert.deepEqual(errors(object, { closed: true }), [PLACE]);
  });

  it("are not checked in expressions", () => {
    const object = judge("=inputs.parameters.y");
    assert.deepEqual(errors(object), []);
    assert.deepEqual(unsupported(object), ["kind: spec.templates[a].container.args[0]"]);
  });
});

describe("lint: outputs of what can be skipped", () => {
  const use = `[{ name: u, template: use, ${pass(V)} }]`;
  const when = `when: "${ref("workflow.name")} == x"`;

  it("need a default", () => {
    assert.deepEqual(errors(steps(`[[{ name: m, template: make, ${when} }], ${use}]`)), [
      `skipped: ${IN_STEPS}`,
    ]);
    assert.deepEqual(errors(steps(`[[{ name: m, template: sure, ${when} }], ${use}]`)), []);
  });

  it("may have it at the input that takes them", () => {
    const taker = `{ name: taker, inputs: { parameters: [{ name: x, default: "" }] }, container: ${CONTAINER} }`;
    const both = (value: string): unknown =>
      workflow(
        `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: m, template: make, ${when} }], [{ name: u, template: taker, ${pass(value)} }]] }, ${MAKE}, ${taker}] }`,
      );
    assert.deepEqual(errors(both(V)), []);
    assert.deepEqual(errors(both(`is ${V}`)), [`skipped: ${IN_STEPS}`]);
  });

  it("are not checked where the template that takes them is not known", () => {
    const taker = `[{ name: u, templateRef: { name: "lib", template: "t" }, ${pass(V)} }]`;
    const object = steps(`[[{ name: m, template: make, ${when} }], ${taker}]`);
    assert.deepEqual(errors(object), []);
    assert.deepEqual(unsupported(object), [
      "reference: spec.templates[a].steps[1][u].templateRef.name",
      `skipped: ${IN_STEPS}`,
    ]);
  });

  it("need none if the consumer is skipped with them, and are not checked if it has another condition", () => {
    const guarded = (condition: string): unknown =>
      steps(
        `[[{ name: m, template: make, ${when} }], [{ name: u, template: use, when: "${condition}", ${pass(V)} }]]`,
      );
    assert.deepEqual(errors(guarded(`${ref("workflow.name")} == x`)), []);
    assert.deepEqual(unsupported(guarded(`${ref("workflow.name")} == x`)), []);
    assert.deepEqual(errors(guarded("a == b")), []);
    assert.deepEqual(unsupported(guarded("a == b")), [`skipped: ${IN_STEPS}`]);
  });

  it("need none if a task does not run without them", () => {
    const tasks = (make: string, depends: string): string[] =>
      errors(
        dag(
          `[{ name: m, template: make, ${make} }, { name: u, template: use, depends: "${depends}", ${pass(T)} }]`,
        ),
      );
    assert.deepEqual(tasks(when, "m.Succeeded"), []);
    assert.deepEqual(tasks(when, "m"), [`skipped: ${IN_DAG}`]);
    assert.deepEqual(tasks(when, "m.Succeeded || m.Skipped"), [`skipped: ${IN_DAG}`]);
  });

  it("count tasks that are omitted", () => {
    const judge = (depends: string): string[] =>
      errors(
        dag(
          `[{ name: first, template: make }, { name: m, template: make, depends: first.Failed },
            { name: u, template: use, depends: "${depends}", ${pass(T)} }]`,
        ),
      );
    assert.deepEqual(judge("first.Succeeded && (m || m.Omitted)"), [`skipped: ${IN_DAG}`]);
    assert.deepEqual(judge("m"), []);
  });

  it("to labels and annotations are sure only where the workflow has them", () => {
    const using = (what: string, more = ""): unknown =>
      workflow(
        `{ entrypoint: a, ${more} templates: [{ name: a, container: { image: i, args: ["${ref(`workflow.${what}`)}"] } }] }`,
      );
    const place = "output: spec.templates[a].container.args[0]";
    assert.deepEqual(unsupported(using("labels.team")), [place]);
    assert.deepEqual(unsupported(using("annotations.note")), [place]);
    assert.deepEqual(unsupported(using("labels.team", "workflowMetadata: { labels: { team: x } },")), []);
    assert.deepEqual(
      unsupported(using("labels.team", "workflowMetadata: { labelsFrom: { team: { expression: x } } },")),
      [],
    );
    assert.deepEqual(unsupported(using("labels.json")), []);
    // Argo's server gives it to the runs of those who have logged in.
    assert.deepEqual(unsupported(using("labels.workflows.argoproj.io/creator")), [place]);
    assert.deepEqual(errors(using("labels.team")), []);
  });

  it("to the pod can be made in templates that have one", () => {
    const spec = (args: string): unknown =>
      workflow(
        `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: u, template: use, ${args} }]] }, ` +
          `{ name: use, inputs: { parameters: [{ name: x, default: "" }] }, container: { image: i, args: ["${ref("pod.name")}"] } }] }`,
      );
    assert.deepEqual(errors(spec("arguments: {}")), []);
    assert.deepEqual(errors(spec(pass(ref("pod.name")))), [
      "output: spec.templates[a].steps[0][u].arguments.parameters[x].value",
    ]);
  });

  it("to items of lists can be made by their place", () => {
    const over = (items: string, what: string): unknown =>
      workflow(
        `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: u, template: use, withItems: ${items}, ${pass(ref(what))} }]] }, ${USE}] }`,
      );
    assert.deepEqual(errors(over("[[p, q]]", "item.[1]")), []);
    for (const [items, what] of [
      ["[[p, q]]", "item.[2]"],
      ["[p]", "item.x"],
      ["[]", "item"],
    ] as const) {
      assert.deepEqual(
        errors(over(items, what)),
        ["output: spec.templates[a].steps[0][u].arguments.parameters[x].value"],
        what,
      );
    }
  });
});

import assert from "node:assert/strict";
import { CONTAINER, errors, ref, warnings, workflow } from "./support";

/** A step that passes the given arguments to a template with the given inputs. */
function call(passed: string, inputs: string): unknown {
  return workflow(`
    entrypoint: a
    templates:
      - { name: a, steps: [[{ name: s, template: b, arguments: ${passed} }]] }
      - { name: b, inputs: ${inputs}, container: ${CONTAINER} }
  `);
}

const STEP = "spec.templates[a].steps[0][s]";

describe("lint: arguments", () => {
  it("asks for what the template requires", () => {
    const inputs = "{ parameters: [{ name: x }, { name: y, default: '1' }, { name: z, value: '' }] }";
    assert.deepEqual(errors(call("{}", inputs)), [`arguments: ${STEP}`]);
    assert.deepEqual(errors(call("{ parameters: [{ name: x, value: '1' }] }", inputs)), []);
  });

  it("warns of what the template does not take, which Argo drops", () => {
    assert.deepEqual(errors(call("{ parameters: [{ name: x, value: '1' }] }", "{}")), []);
    assert.deepEqual(warnings(call("{ parameters: [{ name: x, value: '1' }] }", "{}")), [
      `arguments: ${STEP}.arguments.parameters[x]`,
    ]);
  });

  it("asks for artifacts that have no place to come from", () => {
    const inputs =
      "{ artifacts: [{ name: f, path: /f }, { name: g, path: /g, raw: { data: x } }, { name: h, path: /h, optional: true }] }";
    assert.deepEqual(errors(call("{}", inputs)), [`arguments: ${STEP}`]);
    assert.deepEqual(errors(call("{ artifacts: [{ name: f, raw: { data: x } }] }", inputs)), []);
    assert.deepEqual(
      warnings(call("{ artifacts: [{ name: f, raw: { data: x } }, { name: i, raw: {} }] }", inputs)),
      [`arguments: ${STEP}.arguments.artifacts[i]`],
    );
  });

  it("refuses values that a parameter cannot have", () => {
    const inputs = "{ parameters: [{ name: x, enum: [a, b] }] }";
    const place = [`arguments: ${STEP}.arguments.parameters[x].value`];
    const passed = call("{ parameters: [{ name: x, value: c }] }", inputs);
    assert.deepEqual([errors(passed), warnings(passed)], [[], place]);
    assert.deepEqual(warnings(call("{ parameters: [{ name: x, value: b }] }", inputs)), []);
    const own = "{ parameters: [{ name: x, value: c, enum: [a, b] }] }";
    assert.deepEqual(errors(call(own, "{ parameters: [{ name: x }] }")), place);
  });

  const TEMPLATE = workflow(
    `
    entrypoint: a
    arguments: { parameters: [{ name: must }, { name: may, value: '1', enum: ['1', '2'] }] }
    templates: [{ name: a, container: { image: busybox, args: ["${ref("workflow.parameters.must")}"] } }]
  `,
    "WorkflowTemplate",
    "lib",
  );
  const run = (passed: string): string =>
    `{ workflowTemplateRef: { name: lib }, arguments: { parameters: ${passed} } }`;

  it("compares what a run passes with its workflow template", () => {
    const judge = (passed: string): string[] => errors([TEMPLATE, workflow(run(passed))]);
    assert.deepEqual(judge("[{ name: must, value: x }]"), []);
    assert.deepEqual(judge("[]"), ["arguments: spec.workflowTemplateRef"]);
    assert.deepEqual(
      warnings([TEMPLATE, workflow(run("[{ name: must, value: x }, { name: other, value: x }]"))]),
      ["arguments: spec.arguments.parameters[other]"],
    );
    const other = "[{ name: must, value: x }, { name: may, value: '3' }]";
    assert.deepEqual(judge(other), []);
    assert.deepEqual(warnings([TEMPLATE, workflow(run(other))]), [
      "arguments: spec.arguments.parameters[may].value",
    ]);
  });

  it("counts what a run passes as used in its own fields, and wherever its templates use it", () => {
    const passed = "arguments: { parameters: [{ name: must, value: x }, { name: more, value: y }] }";
    const judge = (rest: string, template: unknown = TEMPLATE): string[] =>
      warnings([template, workflow(`{ workflowTemplateRef: { name: lib }, ${passed} ${rest} }`)]);
    const labels = (expression: string): string =>
      `, workflowMetadata: { labelsFrom: { l: { expression: "${expression}" } } }`;
    assert.deepEqual(judge(""), ["arguments: spec.arguments.parameters[more]"]);
    assert.deepEqual(judge(labels("workflow.parameters.more")), []);
    assert.deepEqual(judge(labels("workflow.parameters['more']")), []);
    assert.deepEqual(judge(labels("workflow.parameters.moreover")), [
      "arguments: spec.arguments.parameters[more]",
    ]);
    for (const all of ["workflow.parameters", "workflow.parameters.json"]) {
      assert.deepEqual(judge(`, podMetadata: { annotations: { a: "${ref(all)}" } }`), []);
    }
    const library = (container: string): unknown =>
      workflow(`{ templates: [{ name: t, container: ${container} }] }`, "WorkflowTemplate", "other");
    const caller = workflow(
      "{ entrypoint: a, templates: [{ name: a, steps: [[{ name: s, templateRef: { name: other, template: t } }]] }] }",
      "WorkflowTemplate",
      "lib",
    );
    const run = workflow(
      "{ workflowTemplateRef: { name: lib }, arguments: { parameters: [{ name: more, value: y }] } }",
    );
    const user = `{ image: i, args: ["${ref("workflow.parameters.more")}"] }`;
    assert.deepEqual(warnings([caller, run, library(user)]), []);
    assert.deepEqual(warnings([caller, run, library(CONTAINER)]), [
      "arguments: spec.arguments.parameters[more]",
    ]);
    assert.deepEqual(warnings([caller, run]), []);
  });

  it("asks for a source of an artifact that is passed, and takes no expression for one", () => {
    const inputs = "{ artifacts: [{ name: f, path: /f }] }";
    const place = [`arguments: ${STEP}.arguments.artifacts[f]`];
    assert.deepEqual(errors(call("{ artifacts: [{ name: f }] }", inputs)), place);
    assert.deepEqual(errors(call("{ artifacts: [{ name: f, fromExpression: x }] }", inputs)), place);
    assert.deepEqual(errors(call("{ artifacts: [{ name: f, s3: { key: k } }] }", inputs)), []);
  });

  it("does so for schedules and for runs in manifests too", () => {
    const cron = (passed: string): unknown =>
      workflow(`{ schedules: ['0 2 * * *'], workflowSpec: ${run(passed)} }`, "CronWorkflow");
    assert.deepEqual(errors([TEMPLATE, cron("[]")]), ["arguments: spec.workflowSpec.workflowTemplateRef"]);
    assert.deepEqual(errors([TEMPLATE, cron("[{ name: must, value: x }]")]), []);
    const creates = (passed: string): unknown =>
      workflow(
        `{ entrypoint: c, templates: [{ name: c, resource: { action: create, manifest: ${JSON.stringify(
          `kind: Workflow\nspec: ${run(passed)}`,
        )} } }] }`,
      );
    const place = "spec.templates[c].resource.manifest.spec";
    assert.deepEqual(errors([TEMPLATE, creates("[]")]), [`arguments: ${place}.workflowTemplateRef`]);
    assert.deepEqual(errors([TEMPLATE, creates("[{ name: mst, value: x }]")]), [
      `arguments: ${place}.workflowTemplateRef`,
    ]);
    assert.deepEqual(warnings([TEMPLATE, creates("[{ name: mst, value: x }]")]), [
      `arguments: ${place}.arguments.parameters[mst]`,
    ]);
    assert.deepEqual(errors([TEMPLATE, creates("[{ name: must, value: x }]")]), []);
  });

  it("asks a Workflow for what its entrypoint requires, but not a template that is still to be submitted", () => {
    const spec = `{ entrypoint: a, templates: [{ name: a, inputs: { parameters: [{ name: x }] }, container: ${CONTAINER} }] }`;
    assert.deepEqual(errors(workflow(spec)), ["arguments: spec"]);
    assert.deepEqual(errors(workflow(spec, "WorkflowTemplate")), []);
  });
});

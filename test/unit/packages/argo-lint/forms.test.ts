import assert from "node:assert/strict";
import { CONTAINER, errors, ref, workflow } from "./support";

const template = (rest: string): string[] =>
  errors(workflow(`{ entrypoint: a, templates: [{ name: a, ${rest} }] }`));

describe("lint: forms", () => {
  it("asks for names that Argo takes", () => {
    const step = (name: string): string[] =>
      errors(
        workflow(
          `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: "${name}", template: b }]] }, { name: b, container: ${CONTAINER} }] }`,
        ),
      );
    assert.deepEqual(step("step-1"), []);
    assert.deepEqual(step("step.1"), ["template: spec.templates[a].steps[0][step.1]"]);
    const input = (name: string): string[] =>
      template(`inputs: { parameters: [{ name: "${name}", value: "1" }] }, container: ${CONTAINER}`);
    assert.deepEqual(input("a_B-1"), []);
    assert.deepEqual(input("a+b"), ["template: spec.templates[a].inputs.parameters[a+b]"]);
  });

  it("asks for one source of an output, of the template's kind", () => {
    const output = (valueFrom: string): string[] =>
      template(`outputs: { parameters: [{ name: o, ${valueFrom} }] }, container: ${CONTAINER}`);
    const place = "template: spec.templates[a].outputs.parameters[o]";
    assert.deepEqual(output("valueFrom: { path: /o }"), []);
    assert.deepEqual(output("value: '1'"), []);
    assert.deepEqual(output("globalName: g"), [place]);
    assert.deepEqual(output("valueFrom: { path: /o, jsonPath: x }"), [place]);
    assert.deepEqual(output("valueFrom: { path: '' }"), [place]);
    assert.deepEqual(output("valueFrom: { jsonPath: x }"), [`${place}.valueFrom`]);
  });

  it("asks for an image", () => {
    assert.deepEqual(template("container: { command: [x] }"), ["template: spec.templates[a].container"]);
    assert.deepEqual(template(`container: { image: "${ref("workflow.name")}" }`), []);
    assert.deepEqual(
      errors(
        workflow(
          "{ entrypoint: a, templateDefaults: { container: { image: i } }, templates: [{ name: a, container: { command: [x] } }] }",
        ),
      ),
      [],
    );
  });

  it("asks for a value of what is passed, and for values to choose from", () => {
    const call = (parameter: string): string[] =>
      errors(
        workflow(
          `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: s, template: b, arguments: { parameters: [${parameter}] } }]] },
             { name: b, inputs: { parameters: [{ name: x }] }, container: ${CONTAINER} }] }`,
        ),
      );
    assert.deepEqual(call("{ name: x, value: '' }"), []);
    assert.deepEqual(call("{ name: x }"), [
      "arguments: spec.templates[a].steps[0][s].arguments.parameters[x]",
    ]);
    assert.deepEqual(call("{ name: x, value: '', enum: [] }"), [
      "arguments: spec.templates[a].steps[0][s].arguments.parameters[x].enum",
    ]);
    assert.deepEqual(
      template(`inputs: { parameters: [{ name: x, value: '1', enum: [] }] }, container: ${CONTAINER}`),
      [],
    );
  });

  it("does not take templates beside a reference to a workflow template", () => {
    const library = workflow(
      `{ entrypoint: a, templates: [{ name: a, container: ${CONTAINER} }] }`,
      "WorkflowTemplate",
      "lib",
    );
    const run = (rest: string): string[] =>
      errors([library, workflow(`{ workflowTemplateRef: { name: lib } ${rest} }`)]);
    assert.deepEqual(run(""), []);
    assert.deepEqual(run(`, templates: [{ name: b, container: ${CONTAINER} }]`), [
      "template: spec.templates",
    ]);
  });
});

import assert from "node:assert/strict";
import { CONTAINER, errors, ref, workflow } from "./support";

/** A workflow whose exit handler runs two pods in a row. */
function ending(run: number, pods: readonly [string, string], kind = "Workflow"): unknown {
  return workflow(
    `{ entrypoint: a, onExit: z, activeDeadlineSeconds: ${run}, templates: [
       { name: a, container: ${CONTAINER} },
       { name: z, steps: [[{ name: one, template: p }, { name: two, template: p }], [{ name: three, template: q }]] },
       { name: p, ${pods[0]} container: ${CONTAINER} },
       { name: q, ${pods[1]} container: ${CONTAINER} }] }`,
    kind,
    "child",
  );
}

const seconds = (count: number): string => `activeDeadlineSeconds: ${count},`;

describe("lint: an exit handler", () => {
  it("may go on when the run's time is over", () => {
    assert.deepEqual(errors(ending(60, [seconds(90), seconds(70)])), []);
  });

  it("is in the time that a run takes for whoever waits for it", () => {
    const parent = workflow(
      `{ entrypoint: a, templates: [{ name: a, activeDeadlineSeconds: 100, resource: { action: create, successCondition: status.phase == Succeeded,
         manifest: ${JSON.stringify("kind: Workflow\nspec: { workflowTemplateRef: { name: child } }")} } }] }`,
    );
    const judge = (run: number, first: string): string[] =>
      errors([ending(run, [first, seconds(10)], "WorkflowTemplate"), parent]);
    // Side by side counts once, one after the other twice; of what has no deadline nothing is known.
    assert.deepEqual(judge(60, seconds(30)), []);
    assert.deepEqual(judge(61, seconds(30)), ["deadline: spec.templates[a]"]);
    assert.deepEqual(judge(90, ""), []);
  });

  it("has a deadline of its own in this house", () => {
    const full = "resources: { requests: { cpu: 1, memory: 1Gi }, limits: { cpu: 1, memory: 1Gi } }";
    const pod = `container: { image: "busybox@sha256:${"0".repeat(64)}", ${full} }`;
    const judge = (rest: string, own: string): string[] =>
      errors(
        workflow(
          `{ entrypoint: a, onExit: z, ${rest} templates: [{ name: a, ${pod} }, { name: z, ${own} ${pod} }] }`,
        ),
        { production: true },
      );
    assert.deepEqual(judge(seconds(60), ""), ["deadline: spec.templates[z]"]);
    assert.deepEqual(judge("", seconds(60)), []);
    assert.deepEqual(judge(`templateDefaults: { ${seconds(60)} },`, ""), []);
  });

  it("alone knows which steps have failed", () => {
    const failures = `args: ["${ref("workflow.failures")}"]`;
    const judge = (during: string, end: string): string[] =>
      errors(
        workflow(
          `{ entrypoint: a, onExit: z, templates: [{ name: a, container: { image: i, ${during} } }, { name: z, container: { image: i, ${end} } }] }`,
        ),
      );
    assert.deepEqual(judge("args: []", failures), []);
    assert.deepEqual(judge(failures, "args: []"), ["output: spec.templates[a].container.args[0]"]);
    const library = `{ templates: [{ name: a, container: { image: i, ${failures} } }] }`;
    assert.deepEqual(errors(workflow(library, "WorkflowTemplate")), []);
  });
});

import assert from "node:assert/strict";
import {
  type EndedRun,
  type Reference,
  type Template,
  container,
  isNot,
  steps,
  workflowTemplate,
} from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { PROGRAM, manifestOf, producer } from "./parts";

const COMMON = { description: "A workflow.", serviceAccountName: "account" };

/** A template that prints a value. */
function telling(value: Reference, name = "tell") {
  return container(name, { container: () => ({ ...PROGRAM, args: [value] }) });
}

describe("an exit handler", () => {
  it("runs at the end, and knows how the run has ended", () => {
    const { spec } = workflowTemplate("careful", {
      ...COMMON,
      parameters: { version: { default: "1" } },
      entrypoint: () => producer,
      onExit: ({ version }, run) =>
        steps("end", {
          steps: (flow) => {
            flow.step("tell", telling(version), {}, { when: isNot(run.status, "Succeeded") });
            flow.step("say", telling(run.status, "say"));
          },
        }),
    }).manifest();
    const status = referenceText("workflow.status");
    assert.equal(spec.onExit, "end");
    assert.deepEqual(
      spec.templates.map(({ name }) => name),
      ["producer", "end", "tell", "say"],
    );
    assert.deepEqual(spec.templates[1]?.steps, [
      [{ name: "tell", template: "tell", when: `'${status}' != 'Succeeded'` }],
      [{ name: "say", template: "say" }],
    ]);
    assert.deepEqual(spec.templates[3]?.container?.args, [status]);
  });

  it("has the outcome for itself", () => {
    let status: Reference | undefined;
    const make = (entrypoint: Template, end: Template) =>
      workflowTemplate("careful", {
        ...COMMON,
        entrypoint: () => entrypoint,
        onExit: (_parameters, run: EndedRun) => {
          status = run.status;
          return end;
        },
      }).manifest();
    make(producer, producer);
    const leaked = status;
    assert.ok(leaked !== undefined);
    const early = telling(leaked);
    assert.throws(() => manifestOf(early), /what a run has when its steps have ended cannot be used there$/);
    // Also where both come to the template.
    assert.throws(() => make(early, early), /what a run has when its steps have ended cannot be used there$/);
  });

  it("shares templates with the steps", () => {
    const { spec } = workflowTemplate("twice", {
      ...COMMON,
      entrypoint: () => producer,
      onExit: () => producer,
    }).manifest();
    assert.deepEqual([spec.entrypoint, spec.onExit, spec.templates.length], ["producer", "producer", 1]);
  });

  it("must not require inputs, or have the name of another template", () => {
    const define = (end: Template) =>
      workflowTemplate("careful", { ...COMMON, entrypoint: () => producer, onExit: () => end });
    assert.throws(
      () => define(container("needy", { inputs: { a: {} }, container: () => PROGRAM })),
      /^Error: careful: the exit handler needy requires a, which nothing passes to it$/,
    );
    assert.throws(
      () => define(container("producer", { container: () => PROGRAM })),
      /^Error: careful has two templates with the name producer$/,
    );
  });

  it("compares with plain words", () => {
    workflowTemplate("careful", {
      ...COMMON,
      entrypoint: (_parameters, { name }) => {
        assert.throws(() => isNot(name, "it's"), /^Error: a condition cannot compare with it's/);
        return producer;
      },
    });
  });
});

// Never run: the compiler alone has to refuse these lines, and complains if it does not.
export const refusedByTheCompiler = (): void => {
  workflowTemplate("wrong", {
    ...COMMON,
    entrypoint: (_parameters, run) => {
      // @ts-expect-error -- how a run ends is not known while it runs
      void run.status;
      return producer;
    },
  });
};

import assert from "node:assert/strict";
import {
  type Reference,
  type Template,
  container,
  resource,
  steps,
} from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { PROGRAM, consumer, manifestOf, producer } from "./parts";

describe("a reference", () => {
  it("is refused where its step has not run", () => {
    let leaked: Reference | undefined;
    steps("elsewhere", {
      steps: (flow) => {
        leaked = flow.step("produce", producer).output("version");
      },
    });
    const version = leaked;
    assert.ok(version !== undefined);
    const flow = steps("flow", {
      steps: (add) => {
        add.step("consume", consumer, { version });
      },
    });
    assert.throws(
      () => manifestOf(flow),
      new RegExp(
        "^Error: workflow/flow uses steps.produce.outputs.parameters.version, " +
          "but an output of the step produce cannot be used there$",
      ),
    );
  });

  it("is refused in another template than the one whose input it is", () => {
    let leaked: Reference | undefined;
    steps("first", {
      inputs: { version: { default: "1" } },
      steps: (_flow, inputs) => {
        leaked = inputs.version;
      },
    });
    const other = leaked;
    assert.ok(other !== undefined);
    assert.throws(
      () => manifestOf(container("second", { container: () => ({ ...PROGRAM, args: [other] }) })),
      /^Error: workflow\/second uses inputs.parameters.version, but an input of the template first cannot/,
    );
  });

  it("is refused as text, wherever text can stand", () => {
    const text = referenceText("inputs.parameters.version");
    const places: Template[] = [
      container("args", { container: () => ({ ...PROGRAM, args: [text] }) }),
      container("command", { container: () => ({ ...PROGRAM, command: [text] }) }),
      container("env", { container: () => ({ ...PROGRAM, env: { A: text } }) }),
      container("image", { container: () => ({ ...PROGRAM, image: text }) }),
      resource("manifest", { action: "create", manifest: () => ({ a: [{ b: text }] }) }),
      steps("step", {
        steps: (flow) => {
          flow.step("one", consumer, { version: text });
        },
      }),
    ];
    for (const template of places) {
      assert.throws(() => manifestOf(template), /holds a reference as text: use the object that has it$/);
    }
  });

  it("cannot be turned into text by accident", () => {
    let reference: Reference | undefined;
    steps("flow", {
      inputs: { version: { default: "1" } },
      steps: (_flow, inputs) => {
        reference = inputs.version;
      },
    });
    assert.throws(
      () => String(reference),
      /^Error: the reference inputs.parameters.version is an object, not text/,
    );
  });
});

// Never run: the compiler alone has to refuse these lines, and complains if it does not.
export const refusedByTheCompiler = (): void => {
  steps("flow", {
    steps: (flow) => {
      const produced = flow.step("produce", producer);
      // @ts-expect-error -- the template has no such output
      produced.output("verison");
      // @ts-expect-error -- a required input is missing
      flow.step("missing", consumer);
      // @ts-expect-error -- a required input is missing, an optional one is there
      flow.step("missing", consumer, { mode: "slow" });
      // @ts-expect-error -- the template has no such input
      flow.step("unknown", consumer, { version: "1", verison: "1" });
      // @ts-expect-error -- the template has no inputs at all
      flow.step("unknown", producer, { version: "1" });
      // @ts-expect-error -- a number is no value: Argo's parameters are text
      flow.step("number", consumer, { version: 1 });
    },
  });
  // @ts-expect-error -- the template has no such input
  container("template", { inputs: { a: {} }, container: ({ b }) => ({ ...PROGRAM, args: [b] }) });
};

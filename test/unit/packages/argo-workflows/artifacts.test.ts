import assert from "node:assert/strict";
import {
  type Artifact,
  artifactAt,
  artifactFrom,
  container,
  fromFile,
  isNotEmpty,
  steps,
  workflowTemplate,
} from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { PROGRAM, consumer, manifestOf } from "./parts";

const maker = container("maker", {
  outputs: { model: artifactFrom("/model"), version: fromFile("/version", { default: "" }) },
  container: () => PROGRAM,
});

const user = container("user", {
  inputs: { model: artifactAt("/in/model"), extra: { kind: "artifact", path: "/in/extra", optional: true } },
  container: () => PROGRAM,
});

describe("artifacts", () => {
  it("are declared and passed on, beside parameters", () => {
    const inner = steps("inner", {
      inputs: { model: artifactAt() },
      steps: (flow, { model }) => {
        flow.step("use", user, { model });
      },
    });
    const outer = steps("outer", {
      steps: (flow) => {
        const made = flow.step("make", maker);
        flow.step("inner", inner, { model: made.output("model") });
        flow.step("tell", consumer, { version: made.output("version") });
      },
    });
    const { templates } = manifestOf(outer).spec;
    assert.deepEqual(
      templates.map(({ name, inputs, outputs }) => [name, inputs?.artifacts, outputs?.artifacts]),
      [
        ["outer", undefined, undefined],
        ["maker", undefined, [{ name: "model", path: "/model" }]],
        ["inner", [{ name: "model" }], undefined],
        [
          "user",
          [
            { name: "model", path: "/in/model" },
            { name: "extra", path: "/in/extra", optional: true },
          ],
          undefined,
        ],
        ["consumer", undefined, undefined],
      ],
    );
    assert.deepEqual(templates[0]?.steps?.[1]?.[0]?.arguments, {
      artifacts: [{ name: "model", from: referenceText("steps.make.outputs.artifacts.model") }],
    });
    assert.deepEqual(templates[2]?.steps?.[0]?.[0]?.arguments, {
      artifacts: [{ name: "model", from: referenceText("inputs.artifacts.model") }],
    });
  });

  it("are refused where they are not there yet", () => {
    let leaked: Artifact | undefined;
    steps("elsewhere", {
      steps: (flow) => {
        leaked = flow.step("make", maker).output("model");
      },
    });
    const model = leaked;
    assert.ok(model !== undefined);
    const flow = steps("flow", {
      steps: (add) => {
        add.step("use", user, { model });
      },
    });
    assert.throws(
      () => manifestOf(flow),
      /^Error: workflow\/flow uses steps\.make\.outputs\.artifacts\.model, but an output of the step make cannot/,
    );
    assert.throws(
      () => String(model),
      /^Error: the artifact steps\.make\.outputs\.artifacts\.model is an object/,
    );
  });

  it("of a step that can be skipped may not be there", () => {
    steps("flow", {
      steps: (flow) => {
        const when = isNotEmpty(flow.step("first", maker).output("version"));
        const second = flow.step("second", maker, {}, { when });
        assert.throws(
          () => second.output("model"),
          /^Error: the step second can be skipped, so its output model may not be there/,
        );
      },
    });
  });

  it("are required where they are not optional", () => {
    assert.throws(
      () => manifestOf(user),
      /^Error: workflow: the entrypoint user requires model, which nothing passes to it$/,
    );
  });
});

// Never run: the compiler alone has to refuse these lines, and complains if it does not.
export const refusedByTheCompiler = (): void => {
  steps("flow", {
    steps: (flow) => {
      const made = flow.step("make", maker);
      // @ts-expect-error -- a parameter is no artifact
      flow.step("use", user, { model: made.output("version") });
      // @ts-expect-error -- nor is text
      flow.step("use", user, { model: "text" });
      // @ts-expect-error -- an artifact is no parameter
      flow.step("tell", consumer, { version: made.output("model") });
      // @ts-expect-error -- a required artifact is missing
      flow.step("use", user);
    },
  });
  workflowTemplate("wrong", {
    description: "Wrong",
    serviceAccountName: "account",
    // @ts-expect-error -- a workflow takes parameters alone
    parameters: { model: artifactAt("/model") },
    entrypoint: () => maker,
  });
};

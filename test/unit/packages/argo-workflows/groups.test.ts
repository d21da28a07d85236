import assert from "node:assert/strict";
import { type Reference, steps } from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { consumer, manifestOf, producer } from "./parts";

describe("steps that run side by side", () => {
  it("stand in one group, and yield to later ones", () => {
    const flow = steps("flow", {
      steps: (add) => {
        const both = add.together((group) => ({
          left: group.step("left", producer).output("version"),
          right: group.step("right", producer).output("version"),
        }));
        add.step("after", consumer, { version: both.left, mode: both.right });
      },
    });
    const value = (step: string) => referenceText(`steps.${step}.outputs.parameters.version`);
    assert.deepEqual(manifestOf(flow).spec.templates[0]?.steps, [
      [
        { name: "left", template: "producer" },
        { name: "right", template: "producer" },
      ],
      [
        {
          name: "after",
          template: "consumer",
          arguments: {
            parameters: [
              { name: "version", value: value("left") },
              { name: "mode", value: value("right") },
            ],
          },
        },
      ],
    ]);
    assert.deepEqual(
      manifestOf(flow).spec.templates.map(({ name }) => name),
      ["flow", "producer", "consumer"],
    );
  });

  it("cannot use what the others of the group yield", () => {
    const flow = steps("flow", {
      steps: (add) => {
        add.together((group) => {
          const version = group.step("left", producer).output("version");
          group.step("right", consumer, { version });
        });
      },
    });
    assert.throws(
      () => manifestOf(flow),
      /^Error: workflow\/flow uses steps\.left\.outputs\.parameters\.version, but an output of the step left cannot/,
    );
  });

  it("cannot use what a later group yields", () => {
    let late: Reference | undefined;
    const make = (version: Reference | undefined) =>
      steps("flow", {
        steps: (add) => {
          if (version !== undefined) add.step("early", consumer, { version });
          late = add.step("late", producer).output("version");
        },
      });
    make(undefined);
    assert.throws(() => manifestOf(make(late)), /an output of the step late cannot be used there$/);
  });

  it("have names that no other step of the template has", () => {
    assert.throws(
      () =>
        steps("flow", {
          steps: (add) => {
            add.step("same", producer);
            add.together((group) => group.step("same", producer));
          },
        }),
      /^Error: the template flow has two steps same$/,
    );
  });

  it("are at least one", () => {
    assert.throws(
      () => steps("flow", { steps: (add) => add.together(() => undefined) }),
      /^Error: the template flow has a group without steps$/,
    );
  });
});

// Never run: the compiler alone has to refuse these lines, and complains if it does not.
export const refusedByTheCompiler = (): void => {
  steps("flow", {
    steps: (flow) => {
      flow.together((group) => {
        // @ts-expect-error -- the template has no such output
        group.step("produce", producer).output("verison");
        // @ts-expect-error -- a required input is missing
        group.step("missing", consumer);
      });
    },
  });
};

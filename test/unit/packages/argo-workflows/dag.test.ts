import assert from "node:assert/strict";
import { type Task, dag, isNotEmpty } from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { consumer, manifestOf, producer } from "./parts";

describe("a dag template", () => {
  it("has tasks that wait for others, and take what these yield", () => {
    const graph = dag("graph", {
      inputs: { mode: { default: "slow" } },
      tasks: (add, { mode }) => {
        const first = add.task("first", producer);
        const second = add.task("second", producer, {}, { after: [first] });
        const version = first.output("version");
        // Of a task that the one before has waited for.
        const options = { after: [second], when: isNotEmpty(version) };
        add.task("third", consumer, { version, mode }, options);
      },
    });
    const version = referenceText("tasks.first.outputs.parameters.version");
    assert.deepEqual(manifestOf(graph).spec.templates[0], {
      name: "graph",
      inputs: { parameters: [{ name: "mode", default: "slow" }] },
      dag: {
        tasks: [
          { name: "first", template: "producer" },
          { name: "second", template: "producer", dependencies: ["first"] },
          {
            name: "third",
            template: "consumer",
            arguments: {
              parameters: [
                { name: "version", value: version },
                { name: "mode", value: referenceText("inputs.parameters.mode") },
              ],
            },
            when: `'${version}' != ''`,
            dependencies: ["second"],
          },
        ],
      },
    });
    assert.deepEqual(
      manifestOf(graph).spec.templates.map(({ name }) => name),
      ["graph", "producer", "consumer"],
    );
  });

  it("refuses the output of a task that is not waited for", () => {
    const graph = dag("graph", {
      tasks: (add) => {
        const version = add.task("produce", producer).output("version");
        add.task("consume", consumer, { version });
      },
    });
    assert.throws(
      () => manifestOf(graph),
      new RegExp(
        "^Error: workflow/graph uses tasks.produce.outputs.parameters.version, " +
          "but an output of the task produce cannot be used there$",
      ),
    );
  });

  it("wants a default for an output of a task that can be skipped", () => {
    dag("graph", {
      tasks: (add) => {
        const first = add.task("first", producer);
        const when = isNotEmpty(first.output("version"));
        const second = add.task("second", producer, {}, { after: [first], when });
        assert.throws(
          () => second.output("report"),
          /^Error: the task second can be skipped, so its output report needs a default$/,
        );
      },
    });
  });

  it("refuses a task of another template, and a name that is taken", () => {
    let stranger: Task | undefined;
    dag("elsewhere", {
      tasks: (add) => {
        stranger = add.task("stranger", producer);
      },
    });
    const other = stranger;
    assert.ok(other !== undefined);
    assert.throws(
      () =>
        dag("graph", {
          tasks: (add) => {
            add.task("first", producer, {}, { after: [other] });
          },
        }),
      /^Error: graph\/first waits for stranger, a task of another template$/,
    );
    assert.throws(
      () =>
        dag("graph", {
          tasks: (add) => {
            add.task("same", producer);
            add.task("same", producer);
          },
        }),
      /^Error: the template graph has two tasks same$/,
    );
  });
});

// Never run: the compiler alone has to refuse these lines, and complains if it does not.
export const refusedByTheCompiler = (): void => {
  dag("graph", {
    tasks: (graph) => {
      const first = graph.task("first", producer);
      // @ts-expect-error -- the template has no such output
      first.output("verison");
      // @ts-expect-error -- a required input is missing
      graph.task("missing", consumer, {}, { after: [first] });
      // @ts-expect-error -- a task waits for tasks, not for names
      graph.task("named", producer, {}, { after: ["first"] });
    },
  });
};

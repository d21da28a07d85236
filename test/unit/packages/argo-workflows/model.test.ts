import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  container,
  cronWorkflow,
  emptyDir,
  fromFile,
  isNotEmpty,
  resource,
  steps,
  workflowOf,
  workflowTemplate,
} from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { PROGRAM, TELLS_WHY, consumer, manifestOf, producer } from "./parts";

describe("a container template", () => {
  it("declares inputs, outputs, variables and volumes", () => {
    const work = emptyDir("work", "1Gi");
    const template = container("everything", {
      inputs: { version: {}, mode: { default: "fast", enum: ["fast", "slow"], description: "How" } },
      outputs: { result: fromFile("/result") },
      serviceAccountName: "own",
      activeDeadlineSeconds: 60,
      retryStrategy: { limit: 1, retryPolicy: "OnError" },
      container: ({ version }) => ({
        ...PROGRAM,
        args: ["--version", version],
        env: { FIXED: "text", VERSION: version },
        mounts: { "/work": work, "/also": work },
      }),
    });
    const caller = steps("all", {
      steps: (flow) => {
        flow.step("one", template, { version: "3" });
      },
    });
    assert.deepEqual(manifestOf(caller).spec.templates[1], {
      name: "everything",
      inputs: {
        parameters: [
          { name: "version" },
          { name: "mode", default: "fast", enum: ["fast", "slow"], description: "How" },
        ],
      },
      outputs: { parameters: [{ name: "result", valueFrom: { path: "/result" } }] },
      serviceAccountName: "own",
      activeDeadlineSeconds: 60,
      retryStrategy: { limit: 1, retryPolicy: "OnError" },
      volumes: [{ name: "work", emptyDir: { sizeLimit: "1Gi" } }],
      container: {
        ...PROGRAM,
        args: ["--version", referenceText("inputs.parameters.version")],
        env: [
          { name: "FIXED", value: "text" },
          { name: "VERSION", value: referenceText("inputs.parameters.version") },
        ],
        volumeMounts: [
          { name: "work", mountPath: "/work" },
          { name: "work", mountPath: "/also" },
        ],
        ...TELLS_WHY,
      },
    });
  });

  it("has no member for what it does not say", () => {
    assert.deepEqual(manifestOf(container("plain", { container: () => PROGRAM })).spec, {
      entrypoint: "plain",
      serviceAccountName: "account",
      templates: [{ name: "plain", container: { ...PROGRAM, ...TELLS_WHY } }],
    });
  });

  it("hands on values that are not known yet, untouched", () => {
    const image = pulumi.output("registry/image@sha256:0");
    const { templates } = manifestOf(
      container("later", { container: () => ({ ...PROGRAM, image, env: { URL: image } }) }),
    ).spec;
    assert.equal(templates[0]?.container?.image, image);
    assert.equal(templates[0].container.env?.[0]?.value, image);
  });
});

describe("a steps template", () => {
  it("runs its steps in order and passes outputs on", () => {
    const flow = steps("flow", {
      steps: (add) => {
        const version = add.step("produce", producer).output("version");
        add.step("consume", consumer, { mode: "slow", version }, { when: isNotEmpty(version) });
      },
    });
    const version = referenceText("steps.produce.outputs.parameters.version");
    assert.deepEqual(manifestOf(flow).spec.templates[0], {
      name: "flow",
      steps: [
        [{ name: "produce", template: "producer" }],
        [
          {
            name: "consume",
            template: "consumer",
            // In the order of the declaration, whatever the order of the call.
            arguments: {
              parameters: [
                { name: "version", value: version },
                { name: "mode", value: "slow" },
              ],
            },
            when: `'${version}' != ''`,
          },
        ],
      ],
    });
  });

  it("brings each template that it runs, once, in the order of first use", () => {
    const inner = steps("inner", {
      inputs: { version: {} },
      steps: (flow, { version }) => {
        flow.step("again", consumer, { version });
      },
    });
    const outer = steps("outer", {
      steps: (flow) => {
        flow.step("first", producer);
        flow.step("second", inner, { version: "1" });
        flow.step("third", consumer, { version: "2" });
      },
    });
    assert.deepEqual(
      manifestOf(outer).spec.templates.map((template) => template.name),
      ["outer", "producer", "inner", "consumer"],
    );
  });

  it("refuses two steps with one name", () => {
    assert.throws(
      () =>
        steps("flow", {
          steps: (flow) => {
            flow.step("same", producer);
            flow.step("same", producer);
          },
        }),
      /^Error: the template flow has two steps same$/,
    );
  });

  it("wants a default for an output of a step that can be skipped", () => {
    const skippable = (use: "version" | "report") =>
      steps("flow", {
        steps: (flow) => {
          const condition = isNotEmpty(flow.step("first", producer).output("version"));
          flow.step("second", producer, {}, { when: condition }).output(use);
        },
      });
    assert.doesNotThrow(() => skippable("version"));
    assert.throws(
      () => skippable("report"),
      /^Error: the step second can be skipped, so its output report needs a default$/,
    );
  });
});

describe("a resource template", () => {
  it("holds its manifest as text, references in quotes", () => {
    const template = resource("apply", {
      inputs: { version: { default: "1" } },
      action: "apply",
      manifest: ({ version }) => ({
        kind: "ConfigMap",
        metadata: { name: "settings" },
        data: { version, count: 3, list: ["a", version], flag: true },
      }),
    });
    const version = referenceText("inputs.parameters.version");
    assert.deepEqual(manifestOf(template).spec.templates[0], {
      name: "apply",
      inputs: { parameters: [{ name: "version", default: "1" }] },
      resource: {
        action: "apply",
        manifest: [
          "kind: ConfigMap",
          "metadata:",
          "  name: settings",
          "data:",
          `  version: "${version}"`,
          "  count: 3",
          "  list:",
          "  - a",
          `  - "${version}"`,
          "  flag: true",
          "",
        ].join("\n"),
      },
    });
  });
});

describe("a workflow", () => {
  const child = workflowTemplate("child", {
    description: "A child.",
    parameters: { version: {}, mode: { default: "fast" } },
    serviceAccountName: "account",
    entrypoint: ({ version }) => container("work", { container: () => ({ ...PROGRAM, args: [version] }) }),
  });

  it("declares its parameters and hands them to its templates", () => {
    const { spec } = child.manifest("lab");
    assert.deepEqual(spec.arguments, { parameters: [{ name: "version" }, { name: "mode", value: "fast" }] });
    assert.deepEqual(spec.templates[0]?.container?.args, [referenceText("workflow.parameters.version")]);
  });

  it("can be run by another, with its required parameters", () => {
    assert.deepEqual(workflowOf(child, { version: "3" }), {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { generateName: "child-" },
      spec: {
        workflowTemplateRef: { name: "child" },
        arguments: { parameters: [{ name: "version", value: "3" }] },
      },
    });
    const labelled = workflowOf(child, { version: "3" }, { labels: { "lab/started-by": "parent" } });
    assert.deepEqual((labelled as { metadata: unknown }).metadata, {
      generateName: "child-",
      labels: { "lab/started-by": "parent" },
    });
  });

  it("gives its runs labels with their name and with their parameters", () => {
    const labelsOf = (options: { nameLabel?: string; parameterLabels?: { "lab/mode": "mode" } }): unknown =>
      workflowTemplate("child", {
        description: "A child.",
        parameters: { mode: { default: "fast" } },
        serviceAccountName: "account",
        entrypoint: () => container("work", { container: () => PROGRAM }),
        ...options,
      }).manifest("lab").spec.workflowMetadata;
    assert.equal(labelsOf({}), undefined);
    assert.deepEqual(labelsOf({ nameLabel: "lab/name" }), {
      labelsFrom: { "lab/name": { expression: "workflow.name" } },
    });
    assert.deepEqual(labelsOf({ nameLabel: "lab/name", parameterLabels: { "lab/mode": "mode" } }), {
      labelsFrom: {
        "lab/name": { expression: "workflow.name" },
        "lab/mode": { expression: "workflow.parameters['mode']" },
      },
    });
  });

  it("can be run on a schedule, with its required parameters", () => {
    const schedule = {
      schedules: ["0 2 * * *"],
      timezone: "UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 60,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 1,
      suspend: false,
    } as const;
    assert.deepEqual(
      cronWorkflow("nightly", { ...schedule, template: child, arguments: { version: "3" } }, "lab"),
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "CronWorkflow",
        metadata: { name: "nightly", namespace: "lab" },
        spec: {
          ...schedule,
          workflowSpec: {
            workflowTemplateRef: { name: "child" },
            arguments: { parameters: [{ name: "version", value: "3" }] },
          },
        },
      },
    );
  });

  it("refuses two templates with one name", () => {
    const twin = container("producer", { container: () => PROGRAM });
    const flow = steps("flow", {
      steps: (add) => {
        add.step("one", producer);
        add.step("two", twin);
      },
    });
    assert.throws(() => manifestOf(flow), /^Error: workflow has two templates with the name producer$/);
  });

  it("refuses an entrypoint that requires inputs", () => {
    assert.throws(
      () => manifestOf(consumer),
      /^Error: workflow: the entrypoint consumer requires version, which nothing passes to it$/,
    );
  });
});

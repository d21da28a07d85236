import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { childrenOf, familyOf, runsOf } from "../../../../../tooling/live/workflows/family";
import {
  parametersOf,
  SCENARIO_NAMES,
  type ScenarioName,
} from "../../../../../tooling/live/workflows/scenarios";
import { submission } from "../../../../../tooling/live/workflows/submission";
import {
  DESCRIPTION,
  trainingOf,
  type TrainingOptions,
} from "../../../../../tooling/live/workflows/training";
import { nameOf, type Workflow } from "../../../../../tooling/live/workflows/workflow";
import { checkout } from "../../../../support/checkout";
import { built, training, waiting } from "../../../../support/runs";

describe("workflows: submission", () => {
  it("submits a template as Argo's command line does", () => {
    assert.deepEqual(submission("train-model", { scenario: "normal", other: undefined }, { mine: "yes" }), {
      metadata: {
        generateName: "train-model-",
        labels: { mine: "yes", "workflows.argoproj.io/workflow-template": "train-model" },
      },
      spec: {
        workflowTemplateRef: { name: "train-model" },
        arguments: { parameters: [{ name: "scenario", value: "normal" }] },
      },
    });
  });

  it("leaves nothing about a scenario to chance, unless chance is asked for", () => {
    for (const name of SCENARIO_NAMES) {
      const { scenario, "simulated-accuracy": accuracy } = parametersOf(name);
      assert.ok(
        ["normal", "bad-architecture", "oversized", "hostile-pickle"].includes(String(scenario)),
        name,
      );
      assert.equal(Number(accuracy) >= 0.8, name !== "failed-accuracy", name);
    }
    assert.deepEqual(parametersOf("oversized", "random"), {
      scenario: "oversized",
      "simulated-accuracy": "random",
    });
  });
});

describe("workflows: a training by hand", () => {
  const said = (...[scenario, options]: [ScenarioName, TrainingOptions?]): unknown =>
    trainingOf("train-model", scenario, options).metadata.annotations;

  it("tells its scenario, what will become of it, and where the lesson is", () => {
    assert.deepEqual(said("normal"), {
      "workflows.argoproj.io/title": "By hand: scenario normal",
      "workflows.argoproj.io/description":
        "A model that works: it is registered, built into a container, and serves in staging.",
    });
    const { [DESCRIPTION]: lesson } = said("oversized") as Record<string, string>;
    assert.match(
      lesson ?? "",
      /\(OOMKilled\) and the deployment fails\. Why: docs\/explanation\/failure-lessons\.md$/,
    );
    assert.ok(existsSync(join(checkout, "docs/explanation/failure-lessons.md")));
  });

  it("promises nothing where chance or other code decides", () => {
    assert.deepEqual(said("normal", { accuracy: "random", code: { branch: "mlops" } }), {
      "workflows.argoproj.io/title": "By hand: scenario normal, accuracy random, branch mlops",
    });
  });

  it("is submitted with the scenario's parameters, and labels", () => {
    const { metadata, spec } = trainingOf("train-model", "oversized", { labels: { mine: "yes" } });
    const plain = submission("train-model", { ...parametersOf("oversized") }, { mine: "yes" });
    assert.deepEqual({ ...metadata, annotations: undefined }, { ...plain.metadata, annotations: undefined });
    assert.deepEqual(spec, plain.spec);
  });
});

describe("workflows: families", () => {
  const strangers: Workflow = { ...built(), metadata: { ...built().metadata, ownerReferences: [] } };
  const byCron: Workflow = {
    ...built(),
    metadata: {
      name: "other",
      ownerReferences: [
        { apiVersion: "argoproj.io/v1alpha1", kind: "CronWorkflow", name: "train-model-x", uid: "1" },
      ],
    },
  };

  it("takes as children only workflows that the run owns", () => {
    assert.deepEqual(childrenOf(training("Running"), [training("Running"), strangers, byCron]), []);
    assert.deepEqual(childrenOf(training("Running"), [waiting()]).map(nameOf), ["build-y"]);
  });

  it("finds a run by its name, with its children after it", () => {
    const family = familyOf("train-model-x", [waiting(), training("Running")]);
    assert.ok(family);
    assert.deepEqual(runsOf(family).map(nameOf), ["train-model-x", "build-y"]);
    assert.equal(familyOf("train-model-y", [training("Running")]), undefined);
  });
});

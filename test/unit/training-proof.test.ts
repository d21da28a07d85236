import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { prove } from "../../components/argo/proof";
import { RIGHTS, type Rule } from "../../components/rbac";
import { rightsPage } from "../../components/rights-table";
import { trainingManifests } from "../../components/training-manifests";
import { proveTraining } from "../../components/training-proof";
import { referenceText } from "../support/argo-text";
import { TRAINING_ARGS } from "../support/training";

/** Runs something while an account has other rules. */
function withRules(who: keyof typeof RIGHTS, rules: Rule[], run: () => void): void {
  const right = RIGHTS[who];
  const before = right.rules;
  right.rules = rules;
  try {
    run();
  } finally {
    right.rules = before;
  }
}

describe("proof of the lab's own workflows", () => {
  it("finds nothing, and leaves nothing out", () => {
    assert.deepEqual(proveTraining(TRAINING_ARGS), []);
    assert.deepEqual(proveTraining({ ...TRAINING_ARGS, deadlineSeconds: 60 }), []);
  });

  it("refuses an account that may do less than its templates do", () => {
    withRules("triggerBuild", RIGHTS.triggerBuild.rules.slice(0, 1), () =>
      assert.throws(
        () => proveTraining(TRAINING_ARGS),
        /needs what its account may not do, trigger-build: create workflows\.argoproj\.io/,
      ),
    );
  });

  it("refuses an account that may do more", () => {
    const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
    withRules("build", [...RIGHTS.build.rules, secrets], () =>
      assert.throws(
        () => proveTraining(TRAINING_ARGS),
        ({ message }: Error) =>
          message.includes(
            "no template needs what an account may do, build-container-image: get secrets\n",
          ) && message.includes("remedy: change RIGHTS in components/rbac.ts"),
      ),
    );
  });

  it("refuses a schedule that never fires", () => {
    assert.throws(
      () => proveTraining({ ...TRAINING_ARGS, schedule: "0 0 30 2 *" }),
      /train-model-cron spec\.schedules\[0\]/,
    );
  });
});

describe("a mistake in the lab's own workflows", () => {
  const text = JSON.stringify(Object.values(trainingManifests(TRAINING_ARGS)));
  const output = referenceText("steps.run-training.outputs.parameters.model-version");

  // What is written instead of what, and the rules that then speak.
  const MISTAKES: [what: string, from: string, to: string, rules: string[]][] = [
    [
      "an entrypoint that does not exist",
      '"entrypoint":"training-and-build"',
      '"entrypoint":"training"',
      ["entrypoint"],
    ],
    ["a template that does not exist", '"template":"trigger-build"', '"template":"trigger"', ["reference"]],
    [
      "a schedule of a template that does not exist",
      '{"workflowTemplateRef":{"name":"train-model"}',
      '{"workflowTemplateRef":{"name":"train"}',
      ["reference"],
    ],
    [
      "a child of a template that does not exist",
      "name: build-container-image",
      "name: build-container",
      ["reference"],
    ],
    [
      "a parameter that is not passed",
      `"arguments":{"parameters":[{"name":"model-version","value":"${output}"}]},`,
      "",
      ["arguments"],
    ],
    ["a parameter that the child does not take", "- name: model-version", "- name: version", ["arguments"]],
    [
      "an output that does not exist",
      `{"name":"model-version","valueFrom"`,
      '{"name":"version","valueFrom"',
      ["output"],
    ],
    [
      "a workflow parameter that does not exist",
      "workflow.parameters.scenario",
      "workflow.parameters.scene",
      ["output"],
    ],
    ["half a condition", `'${output}' != ''`, `${output} != ''`, ["condition"]],
    ["no condition", `'${output}' != ''`, `'${output}' !=`, ["condition"]],
    [
      "a success that no one can read",
      "status.phase == Succeeded",
      "status.phase is Succeeded",
      ["condition"],
    ],
    [
      "a volume that is not declared",
      '"volumeMounts":[{"name":"model"',
      '"volumeMounts":[{"name":"models"',
      ["volume"],
    ],
    [
      "a training longer than its run",
      '"activeDeadlineSeconds":3600',
      '"activeDeadlineSeconds":1700',
      ["deadline"],
    ],
    ["a schedule that never fires", "0 2 * * *", "0 2 31 2 *", ["schedule"]],
    ["a field that Argo 4 has removed", '"schedules":["0 2 * * *"]', '"schedule":"0 2 * * *"', ["removed"]],
    ["no limits", '"limits":{"cpu":"2","memory":"3Gi"}', '"limits":{"cpu":"2"}', ["resources"]],
    ["an image without a digest", "@sha256:", ":", ["image"]],
  ];

  for (const [what, from, to, rules] of MISTAKES) {
    it(`is found: ${what}`, () => {
      assert.ok(text.includes(from), `the workflows no longer hold ${from}`);
      const found = prove(JSON.parse(text.replaceAll(from, to)) as unknown[], { closed: true, strict: true });
      assert.deepEqual([...new Set(found.map(({ rule }) => rule))].sort(), rules);
    });
  }
});

describe("docs/rights.md", () => {
  it("is what npm run rights prints", () => {
    const page = readFileSync(join(__dirname, "..", "..", "docs", "rights.md"), "utf8");
    assert.equal(page, rightsPage(), "npm run --silent rights > docs/rights.md");
  });
});

import { recorded, resetMocks } from "../../support/mocks";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../../config/load";
import type { LabConfig } from "../../../config/stack-config";
import { lint } from "../../../packages/argo-lint";
import { type Right, RIGHTS, type Rule } from "../../../components/rbac/rights";
import { rightsPage } from "../../../tooling/cli/commands/program/rights/rights-table";
import { trainingManifests } from "../../../workflows/training-manifests";
import { lintTraining, lintWorkflows, upcomingRuns } from "../../../workflows/lint";
import { referenceText } from "../../support/argo-text";
import { TRAINING_ARGS } from "../../support/training";
import { checkout } from "../../support/checkout";

/** All rights, those of one account in one place replaced. */
function rightsWith(serviceAccount: string, place: Right["place"], rules: readonly Rule[]): Right[] {
  return RIGHTS.map((right) =>
    right.serviceAccount === serviceAccount && right.place === place ? { ...right, rules } : right,
  );
}

function rulesOf(serviceAccount: string, place: Right["place"]): readonly Rule[] {
  const found = RIGHTS.find((right) => right.serviceAccount === serviceAccount && right.place === place);
  assert.ok(found !== undefined);
  return found.rules;
}

const CHANGE = { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] };

describe("lintTraining", () => {
  it("finds nothing, and leaves nothing out", () => {
    assert.deepEqual(lintTraining(TRAINING_ARGS), []);
    assert.deepEqual(lintTraining({ ...TRAINING_ARGS, deadlineSeconds: 60 }), []);
  });

  it("refuses an account that may do less than its templates do", () => {
    const less = rightsWith("trigger-build", "platform", rulesOf("trigger-build", "platform").slice(0, 1));
    assert.throws(
      () => lintTraining(TRAINING_ARGS, less),
      /needs a right that its account does not have, trigger-build: create workflows\.argoproj\.io/,
    );
  });

  it("refuses an account that may do more", () => {
    const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
    const account = "build-container-image";
    const more = rightsWith(account, "platform", [...rulesOf(account, "platform"), secrets]);
    assert.throws(
      () => lintTraining(TRAINING_ARGS, more),
      ({ message }: Error) =>
        message.includes(
          "no template needs a right that an account has, build-container-image: get secrets\n",
        ) && message.includes("fix: change RIGHTS in components/rbac/rights.ts"),
    );
  });

  it("holds the rights in staging to its namespace and its one Deployment", () => {
    const [, pods] = rulesOf("deploy-staging", "staging");
    assert.ok(pods !== undefined);
    const wrong = (rules: Rule[]): string[] => {
      try {
        lintTraining(TRAINING_ARGS, rightsWith("deploy-staging", "staging", rules));
      } catch (error) {
        return (
          (error as Error).message.match(
            /(?<=needs a right that an account has, |account does not have, ).*/g,
          ) ?? []
        );
      }
      return [];
    };
    assert.deepEqual(wrong([{ ...CHANGE, resourceNames: ["gourmetgram"] }, pods]), []);
    assert.deepEqual(wrong([CHANGE, pods]), [
      "deploy-staging: get deployments.apps in staging",
      "deploy-staging: patch deployments.apps in staging",
    ]);
    assert.deepEqual(wrong([{ ...CHANGE, resourceNames: ["gourmetgram"] }]), [
      "deploy-staging: list pods in staging",
    ]);
    const elsewhere = RIGHTS.map((right) =>
      right.place === "staging" ? { ...right, place: "platform" } : right,
    );
    assert.throws(
      () => lintTraining(TRAINING_ARGS, elsewhere as Right[]),
      /account does not have, deploy-staging: list pods in staging\n/,
    );
  });

  it("tells all mistakes at once", () => {
    const wrong = {
      ...TRAINING_ARGS,
      trainingImage: "registry/train:1",
      pipelineImage: "registry/pipeline:1",
      schedule: "0 0 31 2 *",
    };
    assert.throws(
      () => lintTraining(wrong),
      ({ message }: Error) =>
        message.includes("trainingImage: the image registry/train:1 has no digest") &&
        message.includes("WorkflowTemplate/train-model spec.templates[training-image].container.image: ") &&
        message.includes(
          "build-container-image spec.templates[build-image].containerSet.containers[download-model].image: ",
        ) &&
        message.includes("CronWorkflow/train-model-cron spec.schedules[0]: "),
    );
  });

  it("refuses a schedule that never fires", () => {
    assert.throws(
      () => lintTraining({ ...TRAINING_ARGS, schedule: "0 0 30 2 *" }),
      /train-model-cron spec\.schedules\[0\]/,
    );
  });
});

describe("a mistake in the lab's own workflows", () => {
  const text = JSON.stringify(Object.values(trainingManifests(TRAINING_ARGS)).flat());
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
      `{"name":"model-version","globalName":"model-version","valueFrom"`,
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
      '"volumeMounts":[{"name":"workspace"',
      '"volumeMounts":[{"name":"workspaces"',
      ["volume"],
    ],
    [
      "a training longer than its run",
      '"activeDeadlineSeconds":10800',
      '"activeDeadlineSeconds":1700',
      ["deadline"],
    ],
    [
      "a build that has no time left for its end",
      '"activeDeadlineSeconds":1530',
      '"activeDeadlineSeconds":8900',
      ["deadline"],
    ],
    [
      "an exit handler that does not exist",
      '"onExit":"restore-unless-succeeded"',
      '"onExit":"restore"',
      ["entrypoint"],
    ],
    [
      "a step that needs what it yields itself",
      `"value":"${referenceText("workflow.parameters.app-branch")}"`,
      `"value":"${referenceText("steps.build-image.outputs.parameters.training-image")}"`,
      ["output"],
    ],
    [
      "a container that waits for none",
      '"dependencies":["clone"',
      '"dependencies":["cloning"',
      ["dependency"],
    ],
    [
      "containers that wait for each other",
      '{"name":"clone",',
      '{"dependencies":["main"],"name":"clone",',
      ["dependency"],
    ],
    ["outputs of no container", '{"name":"main",', '{"name":"build",', ["output"]],
    ["a schedule that never fires", "0 2 * * *", "0 2 31 2 *", ["schedule"]],
    [
      "a field that Argo 4 has removed",
      '"schedules":["0 2 * * *"]',
      '"schedule":"0 2 * * *"',
      ["deprecated"],
    ],
    ["no limits", '"limits":{"cpu":"2","memory":"3Gi"}', '"limits":{"cpu":"2"}', ["resources"]],
    ["an image without a digest", "@sha256:", ":", ["image"]],
  ];

  for (const [what, from, to, rules] of MISTAKES) {
    it(`is found: ${what}`, () => {
      assert.ok(text.includes(from), `the workflows no longer hold ${from}`);
      const found = lint(JSON.parse(text.replaceAll(from, to)) as unknown[], {
        closed: true,
        production: true,
      });
      assert.deepEqual([...new Set(found.map(({ rule }) => rule))].sort(), rules);
    });
  }
});

describe("docs/reference/rights.md", () => {
  it("is what npm run rights prints", () => {
    const page = readFileSync(join(checkout, "docs", "reference", "rights.md"), "utf8");
    assert.equal(page, rightsPage(), "npm run --silent rights > docs/reference/rights.md");
  });
});

describe("lintWorkflows", () => {
  beforeEach(() => resetMocks());

  it("asks for no resource, and finds nothing in the lab as it is", async () => {
    lintWorkflows(loadConfig() as LabConfig);
    assert.deepEqual(await recorded(), []);
  });

  it("refuses what the configuration makes wrong", () => {
    const config = { ...(loadConfig() as LabConfig), schedule: "0 0 31 2 *" };
    assert.throws(() => lintWorkflows(config), /train-model-cron spec\.schedules\[0\]/);
  });
});

describe("upcomingRuns", () => {
  const SCHEDULE = { schedule: "0 2 * * *", scheduleTimezone: "UTC", scheduleSuspended: false };
  const from = new Date("2025-03-29T12:00:00Z");

  it("tells the next three times, also when the clocks change", () => {
    assert.equal(
      upcomingRuns({ ...SCHEDULE, schedule: "30 4 * * *", scheduleTimezone: "Europe/Berlin" }, from),
      'training runs by "30 4 * * *" (Europe/Berlin), next at 2025-03-30T02:30Z, 2025-03-31T02:30Z, 2025-04-01T02:30Z',
    );
  });

  it("tells that a schedule is suspended", () => {
    assert.equal(
      upcomingRuns({ ...SCHEDULE, scheduleSuspended: true }, from),
      'training is scheduled by "0 2 * * *" (UTC), but the schedule is suspended',
    );
  });
});

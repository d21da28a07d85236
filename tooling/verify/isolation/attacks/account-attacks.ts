/** What code in a step tries with the token of its pod's account: a step runs what a student pushes. */
import { create, mergePatch, submit } from "../tries/api-requests";
import type { Student } from "../student";
import type { Outcome, Request, Try } from "../tries/try";

const HUGE = "x".repeat(200_000);

const CLAIM = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Ti" } } };

export function accountAttacks(own: Student): Try[] {
  const { namespace, workflowTemplates, staging } = own.outputs;
  const workflows = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
  const results = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtaskresults`;
  const deployment = `/apis/apps/v1/namespaces/${staging.namespace}/deployments/${staging.deployment}`;
  /** An administrator asks in the account's name, which the API server judges as it judges the account's token. */
  const as =
    (account: string, because?: RegExp) =>
    (expected: Outcome, what: string, request: Request): Try => ({
      who: `a step of ${own.name} as ${account}`,
      what,
      expected,
      means: {
        kind: "admin",
        ...request,
        headers: {
          ...request.headers,
          "impersonate-user": `system:serviceaccount:${namespace}:${account}`,
        },
      },
      ...(expected === "refused" && because !== undefined ? { because } : {}),
    });
  const trigger = as("trigger-build", /gourmetgram-student-workflows/);
  const train = as("train-model", /gourmetgram-student-results/);
  const deploy = as("deploy-staging", /gourmetgram-student-staging/);
  const result = (members: object, metadata: object = {}): Request =>
    create(results, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "WorkflowTaskResult",
      metadata: { generateName: "verify-", ...metadata },
      ...members,
    });
  const pod = (spec: object): Request => mergePatch(deployment, { spec: { template: { spec } } });
  return [
    trigger(
      "reached",
      "to start a build",
      submit(workflows, workflowTemplates.build, { "model-version": "1" }),
    ),
    trigger(
      "refused",
      "to start a build with a status",
      create(workflows, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Workflow",
        metadata: { generateName: "verify-" },
        spec: { workflowTemplateRef: { name: workflowTemplates.build } },
        status: { synchronization: { mutex: { holding: [{ mutex: "x", holder: "me" }] } } },
      }),
    ),
    train(
      "reached",
      "to report an output",
      result({
        phase: "Succeeded",
        outputs: {
          exitCode: "0",
          parameters: [
            { name: "model-version", value: "1", valueFrom: { path: "/tmp/model_version", default: "" } },
          ],
        },
      }),
    ),
    train("refused", "to report what the controller cannot read", result({ outputs: { parameters: 5 } })),
    train("refused", "to report 200 kB", result({ outputs: { result: HUGE } })),
    train("refused", "to report 200 kB in an annotation", result({}, { annotations: { huge: HUGE } })),
    train("refused", "to report what nobody can delete", result({}, { finalizers: ["example.com/mine"] })),
    deploy(
      "reached",
      "to deploy an image",
      mergePatch(deployment, {
        spec: { template: { metadata: { annotations: { "gourmetgram.dev/workflow": "verify" } } } },
      }),
    ),
    deploy("refused", "to deploy before all others", pod({ priorityClassName: "system-node-critical" })),
    deploy(
      "refused",
      "to deploy with a volume that claims storage",
      pod({ volumes: [{ name: "tmp", ephemeral: { volumeClaimTemplate: { spec: CLAIM } } }] }),
    ),
    deploy("refused", "to deploy with other containers", pod({ containers: [{ name: "x", image: "x" }] })),
    deploy(
      "refused",
      "to write 200 kB into the Deployment",
      mergePatch(deployment, { metadata: { annotations: { huge: HUGE } } }),
    ),
  ];
}

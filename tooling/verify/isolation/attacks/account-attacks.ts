/** What code in a step tries with the token of its pod's account: a step runs what a student pushes. */
import { replaced } from "../../../../packages/argo-workflows";
import { BUILDKIT } from "../../../../components/builder";
import { restrictedPod } from "../../pods/pods-for-admission";
import {
  asAdmin,
  core,
  create,
  get,
  HUGE,
  HUGE_OWNER,
  mergePatch,
  post,
  submit,
} from "../tries/api-requests";
import type { Student } from "../students/student";
import type { Request } from "../../clients/send";
import { type Means, triesOf, type Try, type TryMaker } from "../tries/try";

/** What would take all memory of the class's controller, which pastes outputs into the steps that follow. */
const TAKES_ALL = replaced("=sprig.until(2000000000)");

/** Parameters of which each is small enough, and 32 are not. */
const LARGE_TOGETHER: Readonly<Record<string, object>> = {
  "96 kB as values": { name: "x", value: HUGE.slice(0, 3000) },
  "96 kB as defaults": { name: "x", default: HUGE.slice(0, 3000) },
  "96 kB as what they may be": { name: "x", enum: Array(3).fill(HUGE.slice(0, 1000)) },
  "96 kB as where they come from": {
    name: "x",
    valueFrom: { path: HUGE.slice(0, 1000), event: HUGE.slice(0, 1000), jsonPath: HUGE.slice(0, 1000) },
  },
};

const CLAIM = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Ti" } } };

const ON = { spec: { replicas: 1 } };
const OTHER_IMAGE = {
  spec: { template: { spec: { containers: [{ name: "buildkitd", image: "busybox" }] } } },
};

const buildkit = ({ outputs }: Student): string =>
  `/apis/apps/v1/namespaces/${outputs.builder.namespace}/deployments/${BUILDKIT}`;
const podsOf = ({ outputs }: Student): string => core(outputs.builder.namespace, "pods");

export function accountAttacks(own: Student, other: Student): Try[] {
  const { namespace, workflowTemplates, staging, builder, trainingImage } = own.outputs;
  const workflows = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
  const results = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtaskresults`;
  const deployment = `/apis/apps/v1/namespaces/${staging.namespace}/deployments/${staging.deployment}`;
  /** An administrator asks in the account's name, which the API server judges as it judges the account's token. */
  const as = (account: string, because?: RegExp): TryMaker<Request> => {
    const impersonated = { "impersonate-user": `system:serviceaccount:${namespace}:${account}` };
    const meansOf = ({ headers, ...request }: Request): Means =>
      asAdmin({ ...request, headers: { ...headers, ...impersonated } });
    return triesOf(`a step of ${own.name} as ${account}`, meansOf, { because });
  };
  const trigger = as("trigger-build", /gourmetgram-student-workflows/);
  const train = as("train-model", /gourmetgram-student-results/);
  const build = as("build-container-image");
  const deploy = as("deploy-staging", /gourmetgram-student-staging/);
  const result = (members: object, metadata: object = {}): Request =>
    create(results, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "WorkflowTaskResult",
      metadata: { generateName: "verify-", ...metadata },
      ...members,
    });
  const output = (members: object): Request =>
    result({ outputs: { parameters: [{ name: "model-version", ...members }] } });
  const pod = (spec: object): Request => mergePatch(deployment, { spec: { template: { spec } } });
  return [
    trigger.reached("to start a build", submit(workflows, workflowTemplates.build, { "model-version": "1" })),
    trigger.refused(
      "to start a build with a status",
      create(workflows, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Workflow",
        metadata: { generateName: "verify-" },
        spec: { workflowTemplateRef: { name: workflowTemplates.build } },
        status: { synchronization: { mutex: { holding: [{ mutex: "x", holder: "me" }] } } },
      }),
    ),
    train.reached(
      "to report an output",
      result({
        phase: "Succeeded",
        outputs: {
          exitCode: "0",
          parameters: [
            {
              name: "model-version",
              value: "1",
              description: "a number",
              enum: ["1", "2"],
              globalName: "model-version",
              valueFrom: { path: "/tmp/model_version", default: "" },
            },
          ],
        },
      }),
    ),
    train.reached("to report JSON", result({ outputs: { result: '{"a": {"b": [{}]}}' } })),
    train.refused("to report an expression as an output", output({ value: TAKES_ALL })),
    train.refused("to report one as an output's default", output({ valueFrom: { default: TAKES_ALL } })),
    train.refused("to report an expression as a result", result({ outputs: { result: TAKES_ALL } })),
    train.refused("to report what the controller cannot read", result({ outputs: { parameters: 5 } })),
    train.refused("to report 200 kB", result({ outputs: { result: HUGE } })),
    ...Object.entries(LARGE_TOGETHER).map(([what, each]) =>
      train.refused(`to report ${what}`, result({ outputs: { parameters: Array(32).fill(each) } })),
    ),
    train.refused("to report for an owner of 200 kB", result({}, { ownerReferences: [HUGE_OWNER] })),
    train.refused("to report 200 kB in an annotation", result({}, { annotations: { huge: HUGE } })),
    train.refused("to report what nobody can delete", result({}, { finalizers: ["example.com/mine"] })),
    build.reached("to start BuildKit", mergePatch(`${buildkit(own)}/scale`, ON)),
    build.refused("to change what BuildKit's pod is", mergePatch(buildkit(own), OTHER_IMAGE)),
    build.refused(
      "to create a pod where BuildKit is",
      create(core(builder.namespace, "pods"), restrictedPod(trainingImage.reference)),
    ),
    build.refused("to run a command in BuildKit's pod", post(core(builder.namespace, "pods/x/exec"))),
    build.refused("to scale another Deployment there", mergePatch(`${buildkit(own)}-2/scale`, ON)),
    build.refused(`to start ${other.name}'s BuildKit`, mergePatch(`${buildkit(other)}/scale`, ON)),
    build.refused(`to list the pods of ${other.name}'s BuildKit`, get(podsOf(other))),
    as("train-model").refused("to start BuildKit", mergePatch(`${buildkit(own)}/scale`, ON)),
    deploy.reached(
      "to deploy an image",
      mergePatch(deployment, {
        spec: { template: { metadata: { annotations: { "gourmetgram.dev/workflow": "verify" } } } },
      }),
    ),
    deploy.refused("to deploy before all others", pod({ priorityClassName: "system-node-critical" })),
    deploy.refused(
      "to deploy with a volume that claims storage",
      pod({ volumes: [{ name: "tmp", ephemeral: { volumeClaimTemplate: { spec: CLAIM } } }] }),
    ),
    deploy.refused("to deploy with other containers", pod({ containers: [{ name: "x", image: "x" }] })),
    deploy.refused(
      "to write 200 kB into the Deployment",
      mergePatch(deployment, { metadata: { annotations: { huge: HUGE } } }),
    ),
  ];
}

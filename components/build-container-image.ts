import type { Input } from "@pulumi/pulumi";
import { type WorkflowTemplate, container, emptyDir, steps, workflowTemplate } from "./argo";
import { RETRY_INFRASTRUCTURE, STEP_CONTAINER, lifeCycle } from "./workflow-policy";

/** What the workflow that turns a model version into a container needs to know. */
export interface BuildContainerImageArgs {
  /** Image that has MLflow's client and the script that downloads a model. */
  readonly image: Input<string>;
  /** Address of MLflow inside the cluster. */
  readonly mlflowUrl: Input<string>;
  /** Service account of its pods. */
  readonly serviceAccount: Input<string>;
  /** Seconds that a run may take; less than its parent waits. */
  readonly deadlineSeconds: number;
  /** Secret with which the nodes pull the image. @default none */
  readonly imagePullSecret?: Input<string> | undefined;
}

/** Its one parameter has no default: whoever runs it must say which version. */
export type BuildTemplate = WorkflowTemplate<{ readonly "model-version": { readonly description: string } }>;

/** Where the downloaded model lies in the pod. */
const MODEL_DIRECTORY = "/model";

/**
 * The WorkflowTemplate `build-container-image`, which a training run starts with the version that it has registered.
 */
export function buildContainerImage(args: BuildContainerImageArgs): BuildTemplate {
  return workflowTemplate("build-container-image", {
    description: "Downloads a version of the model from MLflow.",
    parameters: {
      "model-version": { description: "Version of GourmetGramFood11Model in MLflow, for example 3" },
    },
    serviceAccountName: args.serviceAccount,
    imagePullSecret: args.imagePullSecret,
    synchronization: { mutexes: [{ name: "build-container-image" }] },
    ...lifeCycle(args.deadlineSeconds),
    entrypoint: (parameters) => {
      const downloadModel = container("download-model", {
        inputs: { "model-version": {} },
        retryStrategy: RETRY_INFRASTRUCTURE,
        container: (inputs) => ({
          image: args.image,
          command: ["python", "download_model.py"],
          args: [inputs["model-version"], MODEL_DIRECTORY],
          env: { MLFLOW_TRACKING_URI: args.mlflowUrl },
          resources: {
            requests: { cpu: "100m", memory: "256Mi" },
            limits: { cpu: "1", memory: "1Gi" },
          },
          securityContext: STEP_CONTAINER,
          mounts: { [MODEL_DIRECTORY]: emptyDir("model", "2Gi") },
        }),
      });
      return steps("build-container-image", {
        steps: (flow) => {
          flow.step("download-model", downloadModel, { "model-version": parameters["model-version"] });
        },
      });
    },
  });
}

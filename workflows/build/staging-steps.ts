import type { Input } from "@pulumi/pulumi";
import { type ApiUse, type Reference, container } from "../../packages/argo-workflows";
import { rule } from "../../components/kubernetes";
import type { TrainingManifestsArgs } from "../training-args";
import { type StagingTarget, outputsOf, pipelineContainer } from "../pipeline-step";
import { type BuildDeadlines, RETRY_INFRASTRUCTURE } from "../../components/argo";

/** What the steps that deploy and test need to know. */
export interface StagingStepsArgs extends Pick<
  TrainingManifestsArgs,
  "pipelineImage" | "mlflowUrl" | "staging"
> {
  /** Account that may change the Deployment. */
  readonly serviceAccount: Input<string>;
  readonly deadlines: BuildDeadlines;
}

/** What is deployed: a model version and all that it comes from. */
const RELEASE = { "model-version": {}, commit: {}, "training-image": {}, image: {} };

/**
 * Lets staging run the new image, and waits until its process has started.
 *
 * @param run Name of the run.
 */
export function deployStep(args: StagingStepsArgs, run: { readonly name: Reference }) {
  return container("deploy-to-staging", {
    inputs: RELEASE,
    outputs: outputsOf("staging-url"),
    serviceAccountName: args.serviceAccount,
    uses: [changes(args.staging), looksAtPods(args.staging)],
    activeDeadlineSeconds: args.deadlines.deploy,
    retryStrategy: RETRY_INFRASTRUCTURE,
    container: (inputs) =>
      pipelineContainer(args.pipelineImage, {
        name: "deploy-to-staging",
        env: {
          ...target(args.staging),
          ...release(inputs),
          STAGING_SERVICE_URL: args.staging.url,
          ARGO_WORKFLOW_NAME: run.name,
        },
      }),
  });
}

/**
 * Tests what was deployed with requests as of its users. If it passes, staging is restored to it from now on, and the alias
 * `staging` in MLflow moves to its model version.
 *
 * @param run Name of the run.
 */
export function testStep(args: StagingStepsArgs, run: { readonly name: Reference }) {
  return container("test-staging", {
    inputs: { ...RELEASE, "staging-url": {} },
    outputs: outputsOf("prediction"),
    serviceAccountName: args.serviceAccount,
    uses: [changes(args.staging), looksAtPods(args.staging)],
    activeDeadlineSeconds: args.deadlines.test,
    retryStrategy: RETRY_INFRASTRUCTURE,
    container: (inputs) =>
      pipelineContainer(args.pipelineImage, {
        name: "test-staging",
        env: {
          ...target(args.staging),
          ...release(inputs),
          STAGING_URL: inputs["staging-url"],
          MLFLOW_TRACKING_URI: args.mlflowUrl,
          ARGO_WORKFLOW_NAME: run.name,
        },
      }),
  });
}

/** Restores staging to what passed its test last, and the alias `staging` in MLflow with it. */
export function restoreStep(args: StagingStepsArgs) {
  return container("restore-staging", {
    outputs: outputsOf("serving"),
    serviceAccountName: args.serviceAccount,
    uses: [changes(args.staging)],
    activeDeadlineSeconds: args.deadlines.restore,
    retryStrategy: RETRY_INFRASTRUCTURE,
    container: () =>
      pipelineContainer(args.pipelineImage, {
        name: "restore-staging",
        env: { ...target(args.staging), MLFLOW_TRACKING_URI: args.mlflowUrl },
      }),
  });
}

function target({ namespace, deployment }: StagingTarget) {
  return { STAGING_NAMESPACE: namespace, STAGING_DEPLOYMENT: deployment };
}

function release(inputs: Readonly<Record<keyof typeof RELEASE, Reference>>) {
  return {
    MODEL_VERSION: inputs["model-version"],
    COMMIT: inputs.commit,
    TRAINING_IMAGE: inputs["training-image"],
    IMAGE: inputs.image,
  };
}

function changes({ namespace, deployment }: StagingTarget): ApiUse {
  return { namespace, ...rule("apps", "deployments", "get patch", deployment) };
}

/** The status of the new pod says why it does not start, and the pod is tested before it gets requests. */
function looksAtPods({ namespace }: StagingTarget): ApiUse {
  return { namespace, ...rule("", "pods", "list") };
}

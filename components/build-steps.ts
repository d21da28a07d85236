import type { Input } from "@pulumi/pulumi";
import { type Reference, SecretKey, type Volume, container, secretVolume } from "./argo";
import { BUILD_ROLE } from "./labels";
import {
  type AppImageRepository,
  type AppRepositorySource,
  outputsOf,
  pipelineContainer,
} from "./pipeline-step";
import { type BuildDeadlines, RETRY_INFRASTRUCTURE } from "./workflow-policy";

/** What the steps that make the image need to know. */
export interface BuildStepsArgs {
  /** Image that has their scripts. */
  readonly pipelineImage: Input<string>;
  /** Address of MLflow inside the cluster. */
  readonly mlflowUrl: Input<string>;
  readonly appRepository: AppRepositorySource;
  /** Image on which the application is built, as BuildKit pulls it. */
  readonly appBaseImage: Input<string>;
  readonly registry: AppImageRepository;
  /** Secret of the type `kubernetes.io/dockerconfigjson` with which BuildKit pushes and pulls. @default none */
  readonly registryCredentialsSecret?: Input<string> | undefined;
  /** Address of BuildKit inside the cluster, `tcp://host:port`. */
  readonly builderAddress: Input<string>;
  readonly deadlines: BuildDeadlines;
}

const CREDENTIALS = "/credentials";
const DOCKER_CONFIG = "/docker";

/**
 * Brings the application into the shared folder.
 *
 * @param workspace The shared folder.
 */
export function cloneStep({ pipelineImage, appRepository, deadlines }: BuildStepsArgs, workspace: Volume) {
  const { url, credentialsSecret } = appRepository;
  const credentials =
    credentialsSecret === undefined
      ? { env: {}, mounts: {} }
      : {
          env: {
            // Whoever submits a run can name another repository. That one must not be given the password.
            APP_REPOSITORY_CREDENTIALS_FOR: url,
            APP_REPOSITORY_USERNAME: new SecretKey(credentialsSecret, "username"),
            APP_REPOSITORY_PASSWORD_FILE: `${CREDENTIALS}/password`,
          },
          mounts: { [CREDENTIALS]: secretVolume("credentials", credentialsSecret, { password: "password" }) },
        };
  return container("clone", {
    inputs: { "app-repository": {}, "app-branch": {} },
    outputs: outputsOf("commit"),
    activeDeadlineSeconds: deadlines.clone,
    retryStrategy: RETRY_INFRASTRUCTURE,
    container: (inputs) =>
      pipelineContainer(pipelineImage, {
        script: "clone.py",
        env: {
          APP_REPOSITORY: inputs["app-repository"],
          APP_BRANCH: inputs["app-branch"],
          ...credentials.env,
        },
        workspace,
        mounts: credentials.mounts,
      }),
  });
}

/**
 * Brings the model version into the shared folder.
 *
 * @param workspace The shared folder.
 */
export function downloadModelStep(
  { pipelineImage, mlflowUrl, deadlines }: BuildStepsArgs,
  workspace: Volume,
) {
  return container("download-model", {
    inputs: { "model-version": {} },
    outputs: outputsOf("training-image"),
    activeDeadlineSeconds: deadlines.downloadModel,
    retryStrategy: RETRY_INFRASTRUCTURE,
    container: (inputs) =>
      pipelineContainer(pipelineImage, {
        script: "download_model.py",
        env: { MLFLOW_TRACKING_URI: mlflowUrl, MODEL_VERSION: inputs["model-version"] },
        workspace,
        memory: "1Gi",
      }),
  });
}

/**
 * Has BuildKit build the image from the shared folder and push it, and notes the image in MLflow.
 *
 * @param workspace The shared folder.
 * @param run Name of the run, and the repository that its application came from.
 */
export function buildImageStep(
  args: BuildStepsArgs,
  workspace: Volume,
  run: { readonly name: Reference; readonly repository: Reference },
) {
  const { registryCredentialsSecret: secret } = args;
  const credentials =
    secret === undefined
      ? { env: {}, mounts: {} }
      : {
          env: { DOCKER_CONFIG },
          mounts: {
            [DOCKER_CONFIG]: secretVolume("registry-credentials", secret, {
              ".dockerconfigjson": "config.json",
            }),
          },
        };
  return container("build-image", {
    inputs: { "model-version": {}, commit: {}, "training-image": {} },
    outputs: outputsOf("image-digest", "image"),
    // Opens the way to BuildKit, which no other pods have.
    labels: BUILD_ROLE,
    activeDeadlineSeconds: args.deadlines.buildImage,
    retryStrategy: RETRY_INFRASTRUCTURE,
    container: (inputs) =>
      pipelineContainer(args.pipelineImage, {
        script: "build_image.py",
        env: {
          BUILDKIT_ADDRESS: args.builderAddress,
          MODEL_VERSION: inputs["model-version"],
          COMMIT: inputs.commit,
          TRAINING_IMAGE: inputs["training-image"],
          APP_REPOSITORY: run.repository,
          APP_BASE_IMAGE: args.appBaseImage,
          PUSH_REPOSITORY: args.registry.pushRepository,
          PULL_REPOSITORY: args.registry.pullRepository,
          MLFLOW_TRACKING_URI: args.mlflowUrl,
          ARGO_WORKFLOW_NAME: run.name,
          ...credentials.env,
        },
        workspace,
        mounts: credentials.mounts,
      }),
  });
}

import {
  MAIN,
  type Reference,
  SecretKey,
  containerSet,
  emptyDir,
  secretVolume,
} from "../../packages/argo-workflows";
import { BUILD_ROLE } from "../../components/kubernetes";
import type { Resources } from "../../components/sizes";
import {
  type PipelineStep,
  builderEnv,
  outputsIn,
  pipelineContainer,
  registryCredentials,
  startsBuilder,
} from "../pipeline-step";
import type { TrainingManifestsArgs } from "../training-args";
import { type BuildDeadlines, RETRY_INFRASTRUCTURE } from "../../components/argo";

/** What the step that makes the image needs to know. */
export interface BuildStepsArgs extends Pick<
  TrainingManifestsArgs,
  | "pipelineImage"
  | "mlflowUrl"
  | "appRepository"
  | "appBaseImage"
  | "registry"
  | "registryCredentialsSecret"
  | "builder"
> {
  readonly deadlines: BuildDeadlines;
}

/** The inputs of the step, as its containers refer to them. */
type Inputs = Readonly<Record<"model-version" | "app-repository" | "app-branch", Reference>>;

/** The folder that the containers share. */
const WORKSPACE = "/workspace";
/** Its folder for outputs of the containers, for each other and for the run. */
const OUTPUTS = `${WORKSPACE}/outputs`;
/**
 * Most that the folder may hold, and the node's disk with it. The pod requests none of it: a node whose kubelet does
 * not measure its disk, as in a rootless cluster, has no `ephemeral-storage` to give and would never get the pod.
 */
const WORKSPACE_SIZE = "4Gi";

const CREDENTIALS = "/credentials";

/**
 * What each container is given. Kubernetes counts the containers of a pod together, though these work in turns. So
 * each requests a share of the memory that the pod needs at a time, and has a limit of its own.
 *
 * Each requests as little processor as there is. The pod waits for BuildKit's, which does the work, to find room on a node;
 * the room that such pods hold meanwhile is not there for any BuildKit, and builds that hold all of it wait for each other.
 */
const RESOURCES = {
  clone: resources("1m", "32Mi", "500m", "256Mi"),
  downloadModel: resources("1m", "128Mi", "1", "1Gi"),
  buildImage: resources("1m", "96Mi", "1", "512Mi"),
};

/**
 * Makes the image in one pod: `clone` and `download-model` bring the application and the model version into a folder
 * of the pod, side by side; then the main container has BuildKit build the image from it and push it, and notes the
 * image in MLflow. BuildKit is started while the first two work, and stopped at the end.
 *
 * Argo takes outputs from a container named `main` alone, so the one that builds has that name, and the step its own:
 * `build-image`. Argo's page shows `main` below `build-image`; `npm run train` shows the three by what they do.
 *
 * All three run under one account and reach what any of them reaches, BuildKit included. Each gets only the credentials
 * that it needs. A retry makes another pod with an empty folder, and all three run again.
 *
 * @param run Name of the run.
 */
export function buildImageStep(args: BuildStepsArgs, run: { readonly name: Reference }) {
  const container = (step: Omit<PipelineStep, "outputs">) =>
    pipelineContainer(args.pipelineImage, { ...step, env: { ...step.env, WORKSPACE }, outputs: OUTPUTS });
  return containerSet("build-image", {
    inputs: { "model-version": {}, "app-repository": {}, "app-branch": {} },
    outputs: outputsIn(OUTPUTS, ["commit", "training-image", "image-digest", "image"]),
    // Allows access to BuildKit, which no other pods have.
    labels: BUILD_ROLE,
    uses: startsBuilder(args.builder),
    activeDeadlineSeconds: args.deadlines.build,
    retryStrategy: RETRY_INFRASTRUCTURE,
    mounts: { [WORKSPACE]: emptyDir("workspace", WORKSPACE_SIZE) },
    containers: (set, inputs) => {
      const clone = set.container("clone", container(cloning(args, inputs)));
      const model = set.container("download-model", container(downloading(args, inputs)));
      set.container(MAIN, container(building(args, inputs, run)), { after: [clone, model] });
    },
  });
}

function cloning({ appRepository, builder }: BuildStepsArgs, inputs: Inputs): PipelineStep {
  const { url, credentialsSecret } = appRepository;
  const credentials =
    credentialsSecret === undefined
      ? { env: {}, mounts: {} }
      : {
          env: {
            // A run can be submitted with another repository, which must not be given the password.
            APP_REPOSITORY_CREDENTIALS_FOR: url,
            APP_REPOSITORY_USERNAME: new SecretKey(credentialsSecret, "username"),
            APP_REPOSITORY_PASSWORD_FILE: `${CREDENTIALS}/password`,
          },
          mounts: { [CREDENTIALS]: secretVolume("credentials", credentialsSecret, { password: "password" }) },
        };
  return {
    name: "clone",
    env: {
      APP_REPOSITORY: inputs["app-repository"],
      APP_BRANCH: inputs["app-branch"],
      ...builderEnv(builder),
      ...credentials.env,
    },
    mounts: credentials.mounts,
    resources: RESOURCES.clone,
  };
}

function downloading({ mlflowUrl, builder }: BuildStepsArgs, inputs: Inputs): PipelineStep {
  return {
    name: "download-model",
    env: {
      MLFLOW_TRACKING_URI: mlflowUrl,
      MODEL_VERSION: inputs["model-version"],
      ...builderEnv(builder),
    },
    resources: RESOURCES.downloadModel,
  };
}

function building(args: BuildStepsArgs, inputs: Inputs, run: { readonly name: Reference }): PipelineStep {
  const credentials = registryCredentials(args.registryCredentialsSecret);
  return {
    name: "build-image",
    env: {
      ...builderEnv(args.builder),
      MODEL_VERSION: inputs["model-version"],
      APP_REPOSITORY: inputs["app-repository"],
      APP_BASE_IMAGE: args.appBaseImage,
      PUSH_REPOSITORY: args.registry.pushRepository,
      PULL_REPOSITORY: args.registry.pullRepository,
      MLFLOW_TRACKING_URI: args.mlflowUrl,
      ARGO_WORKFLOW_NAME: run.name,
      ...credentials.env,
    },
    mounts: credentials.mounts,
    resources: RESOURCES.buildImage,
  };
}

function resources(cpu: string, memory: string, mostCpu: string, mostMemory: string): Resources {
  return { requests: { cpu, memory }, limits: { cpu: mostCpu, memory: mostMemory } };
}

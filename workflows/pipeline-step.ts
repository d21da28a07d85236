import type { Input } from "@pulumi/pulumi";
import {
  type ApiUse,
  type ContainerSpec,
  type FileOutput,
  type Volume,
  fromFile,
  secretVolume,
} from "../packages/argo-workflows";
import { rule } from "../components/kubernetes";
import type { Resources } from "../components/sizes";
import { STEP_CONTAINER } from "../components/argo";

/** Folder in which a step leaves its outputs, each in a file of its name. */
const OUTPUTS = "/tmp/outputs";

/** A repository of the registry, as each of the two that use it addresses it. */
export interface ImageRepository {
  /** As BuildKit pushes to it, `host[:port]/name`. */
  readonly pushRepository: Input<string>;
  /** As the nodes pull from it, `host[:port]/name`. */
  readonly pullRepository: Input<string>;
}

/** The repository of the application's source. */
export interface AppRepositorySource {
  /** An http or https address without credentials. */
  readonly url: Input<string>;
  readonly branch: Input<string>;
  /** Secret with `username` and `password` of someone who may read it. @default none: everyone may */
  readonly credentialsSecret?: Input<string> | undefined;
}

/** The Deployment that the pipeline changes. */
export interface StagingTarget {
  /** Plain: it decides which rights there are. */
  readonly namespace: string;
  /** Name of the Deployment, and of its container. Plain, for the same reason. */
  readonly deployment: string;
  /** Address of its Service inside the cluster. */
  readonly url: Input<string>;
}

/** BuildKit, which runs only while a step builds. */
export interface BuilderTarget {
  /** Plain: it decides which rights there are. */
  readonly namespace: string;
  /** Name of its Deployment. Plain, for the same reason. */
  readonly deployment: string;
  /** Address inside the cluster, `tcp://host:port`. */
  readonly address: Input<string>;
}

/** What a container needs that starts BuildKit, uses it or stops it. */
export function builderEnv({ namespace, deployment, address }: BuilderTarget): PipelineStep["env"] {
  return { BUILDKIT_ADDRESS: address, BUILDKIT_NAMESPACE: namespace, BUILDKIT_DEPLOYMENT: deployment };
}

/** What a step that builds does by the API of the cluster. */
export function startsBuilder({ namespace, deployment }: BuilderTarget): ApiUse[] {
  return [
    { namespace, ...rule("apps", "deployments/scale", "patch", deployment) },
    { namespace, ...rule("", "pods", "list") },
  ];
}

/** Outputs of a step, each from the file of its name. */
export function outputsOf<const N extends string>(...names: N[]): Readonly<Record<N, FileOutput>> {
  return outputsIn(OUTPUTS, names);
}

/** Outputs from the files of their names in a folder. */
export function outputsIn<const N extends string>(
  folder: string,
  names: readonly N[],
): Readonly<Record<N, FileOutput>> {
  const outputs = names.map((name) => [name, fromFile(`${folder}/${name}`)] as const);
  return Object.fromEntries(outputs) as Record<N, FileOutput>;
}

/** The steps that the pipeline's image has: `STEPS` in its `__main__.py`. */
export type PipelineStepName =
  | "training-image"
  | "clone"
  | "download-model"
  | "build-image"
  | "deploy-to-staging"
  | "test-staging"
  | "restore-staging";

/** What one step differs in from the others. */
export interface PipelineStep {
  /** What the pipeline's image calls it. */
  readonly name: PipelineStepName;
  readonly env: NonNullable<ContainerSpec["env"]>;
  /** Folder in which it leaves its outputs. @default one that only this container has */
  readonly outputs?: string;
  /** Volumes by the path at which they appear. @default none */
  readonly mounts?: Readonly<Record<string, Volume>>;
  /** @default what suits a step that is alone in its pod */
  readonly resources?: Resources;
}

const DOCKER_CONFIG = "/docker";

/**
 * What a container needs with which BuildKit pushes and pulls.
 *
 * @param secret Of the type `kubernetes.io/dockerconfigjson`; undefined for a registry that allows anonymous access.
 */
export function registryCredentials(
  secret: Input<string> | undefined,
): Pick<PipelineStep, "env"> & { readonly mounts: Readonly<Record<string, Volume>> } {
  if (secret === undefined) return { env: {}, mounts: {} };
  const files = { ".dockerconfigjson": "config.json" };
  return {
    env: { DOCKER_CONFIG },
    mounts: { [DOCKER_CONFIG]: secretVolume("registry-credentials", secret, files) },
  };
}

const ALONE: Resources = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};

/** The container of a step, which the package in the pipeline's image runs. */
export function pipelineContainer(image: Input<string>, step: PipelineStep): ContainerSpec {
  const { name, env, outputs = OUTPUTS, mounts = {}, resources = ALONE } = step;
  return {
    image,
    command: ["python", "-m", "gourmetgram_pipeline", name],
    env: { ...env, OUTPUTS: outputs },
    resources,
    securityContext: STEP_CONTAINER,
    mounts,
  };
}

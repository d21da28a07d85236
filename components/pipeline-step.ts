import type { Input } from "@pulumi/pulumi";
import { type Container, type FileOutput, type Volume, fromFile } from "./argo";
import { STEP_CONTAINER } from "./workflow-policy";

/** Folder in which the steps leave their outputs, each in a file of its name. */
const OUTPUTS = "/tmp/outputs";

/** The folder that the steps before the deployment share. */
const WORKSPACE = "/workspace";

/** The registry's repository for the application, as each of the two that use it addresses it. */
export interface AppImageRepository {
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

/** Outputs of a step, each from the file of its name. */
export function outputsOf<const N extends string>(...names: N[]): Readonly<Record<N, FileOutput>> {
  const outputs = names.map((name) => [name, fromFile(`${OUTPUTS}/${name}`)] as const);
  return Object.fromEntries(outputs) as Record<N, FileOutput>;
}

/** What one step differs in from the others. */
export interface PipelineStep {
  /** The program, a file in the pipeline's image. */
  readonly script: string;
  readonly env: NonNullable<Container["env"]>;
  /** The folder that it shares with other steps. @default none */
  readonly workspace?: Volume;
  /** Further volumes by the path at which they appear. @default none */
  readonly mounts?: Readonly<Record<string, Volume>>;
  /** Most memory that it may take, as a quantity. @default 512Mi */
  readonly memory?: string;
}

/** The container of a step: one script of the pipeline's image. */
export function pipelineContainer(image: Input<string>, step: PipelineStep): Container {
  const { script, env, workspace, mounts = {}, memory = "512Mi" } = step;
  return {
    image,
    command: ["python", script],
    env: { ...env, ...(workspace === undefined ? {} : { WORKSPACE }), OUTPUTS },
    resources: {
      requests: { cpu: "50m", memory: "128Mi" },
      limits: { cpu: "1", memory },
    },
    securityContext: STEP_CONTAINER,
    mounts: { ...(workspace === undefined ? {} : { [WORKSPACE]: workspace }), ...mounts },
  };
}

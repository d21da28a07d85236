import type { Input } from "@pulumi/pulumi";
import type { SizeName } from "../components/sizes";
import type { AppRepositorySource, BuilderTarget, ImageRepository, StagingTarget } from "./pipeline-step";

/** What the lab's workflows need to know. */
export interface TrainingManifestsArgs {
  /** Namespace of the templates and of all their runs. */
  readonly namespace: Input<string>;
  /** Reference of the training image, with its digest: a run uses what was built, whatever a tag says later. */
  readonly trainingImage: Input<string>;
  /** Reference of the image of the steps of build-container-image, with its digest. */
  readonly pipelineImage: Input<string>;
  /** Image on which the application is built, with its digest, as BuildKit pulls it. */
  readonly appBaseImage: Input<string>;
  /** Name of the Secret with which the nodes pull the images. @default none: the registry allows anonymous access */
  readonly imagePullSecret?: Input<string> | undefined;
  /** Where the built application goes. */
  readonly registry: ImageRepository;
  /** The training code of people. */
  readonly trainingCode: {
    /** Address of its repository. Empty where the lab has none. */
    readonly repository: Input<string>;
    /** Image on which that of a commit is built, with its digest, as BuildKit pulls it. */
    readonly baseImage: Input<string>;
    /** Where the images of commits go. */
    readonly registry: ImageRepository;
  };
  /** Secret of the type `kubernetes.io/dockerconfigjson` for BuildKit. @default none: the registry allows anonymous access */
  readonly registryCredentialsSecret?: Input<string> | undefined;
  readonly builder: BuilderTarget;
  readonly appRepository: AppRepositorySource;
  readonly staging: StagingTarget;
  /** Address of MLflow inside the cluster. */
  readonly mlflowUrl: Input<string>;
  /** Names of the service accounts, one for each role. */
  readonly serviceAccounts: {
    /** Of the training pod. */
    readonly train: Input<string>;
    /** Of the step that starts the build and waits for it. */
    readonly triggerBuild: Input<string>;
    /** Of the pods that build. */
    readonly build: Input<string>;
    /** Of the pods that change staging. */
    readonly deployStaging: Input<string>;
  };
  /** Cron string of five fields, for example `0 2 * * *`. */
  readonly schedule: string;
  /** IANA name, for example `UTC`. */
  readonly timezone: string;
  /** True keeps the schedule but starts no runs. */
  readonly suspended: boolean;
  /** Seconds that a training run may take, its build included. */
  readonly deadlineSeconds: number;
  /** What the training is given. @default "medium" */
  readonly size?: SizeName | undefined;
}

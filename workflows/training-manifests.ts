import * as pulumi from "@pulumi/pulumi";
import type {
  CronWorkflowManifest,
  EventBindingManifest,
  WorkflowTemplateManifest,
} from "../packages/argo-workflows";
import { buildContainerImage } from "./build/build-container-image";
import { BUILDKIT } from "../components/builder";
import { ACCOUNTS } from "../components/rbac";
import { sizeOf, type SizeName } from "../components/sizes";
import { STAGING_DEPLOYMENT } from "../components/staging";
import type { AppRepositorySource, BuilderTarget, ImageRepository, StagingTarget } from "./pipeline-step";
import { trainModel, trainModelCron } from "./training/train-model";
import { deadlines } from "../components/argo";
import { trainingEvents } from "./training/training-events";

export interface TrainingManifestsArgs {
  /** Namespace of the templates and of all their runs. */
  readonly namespace: pulumi.Input<string>;
  /** Reference of the training image, with its digest: a run uses what was built, whatever a tag says later. */
  readonly trainingImage: pulumi.Input<string>;
  /** Reference of the image of the steps of build-container-image, with its digest. */
  readonly pipelineImage: pulumi.Input<string>;
  /** Image on which the application is built, with its digest, as BuildKit pulls it. */
  readonly appBaseImage: pulumi.Input<string>;
  /** Name of the Secret with which the nodes pull the images. @default none: the registry allows anonymous access */
  readonly imagePullSecret?: pulumi.Input<string> | undefined;
  /** Where the built application goes. */
  readonly registry: ImageRepository;
  /** The training code of people. */
  readonly trainingCode: {
    /** Address of its repository. Empty where the lab has none. */
    readonly repository: pulumi.Input<string>;
    /** Image on which that of a commit is built, with its digest, as BuildKit pulls it. */
    readonly baseImage: pulumi.Input<string>;
    /** Where the images of commits go. */
    readonly registry: ImageRepository;
  };
  /** Secret of the type `kubernetes.io/dockerconfigjson` for BuildKit. @default none: the registry allows anonymous access */
  readonly registryCredentialsSecret?: pulumi.Input<string> | undefined;
  readonly builder: BuilderTarget;
  readonly appRepository: AppRepositorySource;
  readonly staging: StagingTarget;
  /** Address of MLflow inside the cluster. */
  readonly mlflowUrl: pulumi.Input<string>;
  /** Names of the service accounts, one for each role. */
  readonly serviceAccounts: {
    /** Of the training pod. */
    readonly train: pulumi.Input<string>;
    /** Of the step that starts the build and waits for it. */
    readonly triggerBuild: pulumi.Input<string>;
    /** Of the pods that build. */
    readonly build: pulumi.Input<string>;
    /** Of the pods that change staging. */
    readonly deployStaging: pulumi.Input<string>;
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

/**
 * Arguments for what does not depend on them: linting, rights and footprint are of the same templates in every stack.
 * What only a stack that is up knows is an output.
 */
export function placeholderArgs(): TrainingManifestsArgs {
  const later = pulumi.output("");
  return {
    namespace: "platform",
    trainingImage: later,
    pipelineImage: later,
    appBaseImage: later,
    imagePullSecret: later,
    registry: { pushRepository: later, pullRepository: later },
    trainingCode: {
      repository: later,
      baseImage: later,
      registry: { pushRepository: later, pullRepository: later },
    },
    registryCredentialsSecret: later,
    builder: { namespace: "build", deployment: BUILDKIT, address: later },
    appRepository: { url: later, branch: later, credentialsSecret: later },
    staging: { namespace: "staging", deployment: STAGING_DEPLOYMENT, url: later },
    mlflowUrl: later,
    serviceAccounts: ACCOUNTS,
    schedule: "0 0 * * *",
    timezone: "UTC",
    suspended: true,
    deadlineSeconds: 3600,
  };
}

/** The lab's workflows as objects for the Kubernetes API. */
export interface TrainingManifests {
  readonly build: WorkflowTemplateManifest;
  readonly train: WorkflowTemplateManifest;
  readonly schedule: CronWorkflowManifest;
  /** What starts a training besides. */
  readonly events: readonly EventBindingManifest[];
}

/** Renders the lab's workflows. Pure: nothing is created, and values of other resources are passed on unchanged. */
export function trainingManifests(args: TrainingManifestsArgs): TrainingManifests {
  const limits = deadlines(args.deadlineSeconds);
  const build = buildContainerImage({ ...args, deadlines: limits.child });
  const train = trainModel({
    code: {
      ...args,
      image: args.trainingImage,
      ...args.trainingCode,
      serviceAccount: args.serviceAccounts.build,
    },
    imagePullSecret: args.imagePullSecret,
    mlflowUrl: args.mlflowUrl,
    serviceAccounts: args.serviceAccounts,
    deadlines: limits,
    build,
    resources: sizeOf(args.size).training,
  });
  const schedule = { cron: args.schedule, timezone: args.timezone, suspended: args.suspended };
  return {
    build: build.manifest(args.namespace),
    train: train.manifest(args.namespace),
    schedule: trainModelCron(train, schedule, args.namespace),
    events: trainingEvents(train, args.namespace),
  };
}

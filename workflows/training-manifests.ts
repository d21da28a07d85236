import * as pulumi from "@pulumi/pulumi";
import type {
  CronWorkflowManifest,
  EventBindingManifest,
  WorkflowTemplateManifest,
} from "../packages/argo-workflows";
import { buildContainerImage } from "./build/build-container-image";
import { BUILDKIT } from "../components/builder";
import { ACCOUNTS } from "../components/rbac";
import { sizeOf } from "../components/sizes";
import { STAGING_DEPLOYMENT } from "../components/staging";
import { trainModel, trainModelCron } from "./training/train-model";
import { deadlines } from "../components/argo";
import type { TrainingManifestsArgs } from "./training-args";
import { trainingEvents } from "./training/training-events";

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
  return {
    build: build.manifest(args.namespace),
    train: train.manifest(args.namespace),
    schedule: trainModelCron(train, args, args.namespace),
    events: trainingEvents(train, args.namespace),
  };
}

import type { Input } from "@pulumi/pulumi";
import { type Reference, container } from "../../packages/argo-workflows";
import { RETRY_INFRASTRUCTURE } from "../../components/argo";
import { BUILD_ROLE } from "../../components/kubernetes";
import {
  builderEnv,
  type ImageRepository,
  outputsOf,
  pipelineContainer,
  registryCredentials,
  startsBuilder,
} from "../pipeline-step";
import type { TrainingManifestsArgs } from "../training-args";

/** What the step that tells the training image needs to know. */
export interface TrainingImageArgs extends Pick<
  TrainingManifestsArgs,
  "pipelineImage" | "registryCredentialsSecret" | "builder"
> {
  /** The lab's own training image, for a run that names no code. */
  readonly image: Input<string>;
  /** Image on which that of a commit is built, as BuildKit pulls it. */
  readonly baseImage: Input<string>;
  /** Where the images of commits go. */
  readonly registry: ImageRepository;
  /** Account that may start it. */
  readonly serviceAccount: Input<string>;
  /** Seconds that one attempt may take. */
  readonly activeDeadlineSeconds: number;
}

/** Which code trains, as the run's parameters name it. */
export type TrainingCode = Readonly<Record<"repository" | "branch" | "commit", Reference>>;

/**
 * Tells the image with which a run trains, with its digest: the lab's, or one with the code of a commit, which BuildKit
 * builds or finds in its cache. It always runs, so that what takes its outputs always has them.
 */
export function trainingImageStep(args: TrainingImageArgs, code: TrainingCode) {
  const credentials = registryCredentials(args.registryCredentialsSecret);
  return container("training-image", {
    outputs: outputsOf("image", "commit"),
    // Allows access to BuildKit, which no other pods have.
    labels: BUILD_ROLE,
    serviceAccountName: args.serviceAccount,
    uses: startsBuilder(args.builder),
    activeDeadlineSeconds: args.activeDeadlineSeconds,
    retryStrategy: RETRY_INFRASTRUCTURE,
    container: () =>
      pipelineContainer(args.pipelineImage, {
        name: "training-image",
        env: {
          TRAIN_REPOSITORY: code.repository,
          TRAIN_BRANCH: code.branch,
          TRAIN_COMMIT: code.commit,
          TRAINING_IMAGE: args.image,
          TRAIN_BASE_IMAGE: args.baseImage,
          ...builderEnv(args.builder),
          PUSH_REPOSITORY: args.registry.pushRepository,
          PULL_REPOSITORY: args.registry.pullRepository,
          ...credentials.env,
        },
        mounts: credentials.mounts,
      }),
  });
}

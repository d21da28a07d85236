import type { Input } from "@pulumi/pulumi";
import {
  type CronWorkflowManifest,
  FOLLOW_RUN,
  type Reference,
  type WorkflowTemplate,
  container,
  cronWorkflow,
  fromFile,
  isNotEmpty,
  resource,
  steps,
  workflowOf,
  workflowTemplate,
} from "../../packages/argo-workflows";
import type { BuildTemplate } from "../build/build-container-image";
import type { TrainingManifestsArgs } from "../training-args";
import { type TrainingImageArgs, trainingImageStep } from "./training-image";
import { type Resources, SIZES } from "../../components/sizes";
import {
  type Deadlines,
  RETRY_INFRASTRUCTURE,
  SCENARIO_LABEL,
  STEP_CONTAINER,
  TRAINING_LABEL,
  lifeCycle,
} from "../../components/argo";

/** What the training workflow needs to know. */
export interface TrainModelArgs extends Pick<TrainingManifestsArgs, "mlflowUrl" | "imagePullSecret"> {
  /** What tells the image with which a run trains. */
  readonly code: Omit<TrainingImageArgs, "activeDeadlineSeconds"> &
    Pick<TrainingManifestsArgs["trainingCode"], "repository">;
  readonly serviceAccounts: Pick<TrainingManifestsArgs["serviceAccounts"], "train" | "triggerBuild">;
  readonly deadlines: Deadlines;
  /** What is run with the version that the training has registered. */
  readonly build: BuildTemplate;
  /** What the training is given. @default that of the size medium */
  readonly resources?: Resources | undefined;
}

/** All parameters have a default, so a run can be submitted without a look at them. */
export type TrainTemplate = WorkflowTemplate<{
  readonly scenario: { readonly default: string };
  readonly "simulated-accuracy": { readonly default: string };
  readonly branch: { readonly default: string };
  readonly commit: { readonly default: string };
  readonly "train-repository": { readonly default: Input<string> };
}>;

/**
 * The WorkflowTemplate `train-model`: trains, and if the model passed its tests, starts `build-container-image` with
 * the version that was registered, and ends as that run ends.
 */
export function trainModel(args: TrainModelArgs): TrainTemplate {
  return workflowTemplate("train-model", {
    description:
      "Trains a model, tests it, registers it in MLflow and has a container built from it. What becomes of each scenario, and what it teaches: docs/explanation/failure-lessons.md",
    nameLabel: TRAINING_LABEL,
    parameterLabels: { [SCENARIO_LABEL]: "scenario" },
    parameters: {
      scenario: {
        default: "normal",
        enum: ["normal", "bad-architecture", "oversized", "hostile-pickle"],
        description:
          "Which model the training yields: normal serves in staging, bad-architecture fails at test-staging, oversized at deploy-to-staging, hostile-pickle at download-model. Why: docs/explanation/failure-lessons.md",
      },
      "simulated-accuracy": {
        default: "random",
        description:
          "What the accuracy test sees: random, or a number; below 0.80 the model is not registered",
      },
      branch: {
        default: "",
        description:
          "Branch of the training code whose newest commit trains; without branch and commit, the lab's own code does",
      },
      commit: {
        default: "",
        description:
          "Commit of the training code, in full. With a branch, the run fails once it is not the newest one any more",
      },
      "train-repository": {
        default: args.code.repository,
        description: "Git repository of the training code",
      },
    },
    serviceAccountName: args.serviceAccounts.train,
    imagePullSecret: args.imagePullSecret,
    // Two runs at a time would race for the alias `development`.
    synchronization: { mutexes: [{ name: "train-model" }] },
    ...lifeCycle(args.deadlines.run),
    entrypoint: (parameters, run) => {
      const image = trainingImageStep(
        { ...args.code, activeDeadlineSeconds: args.deadlines.image },
        { repository: parameters["train-repository"], branch: parameters.branch, commit: parameters.commit },
      );
      const runTraining = container("run-training", {
        inputs: { image: {}, commit: {} },
        // The run has it too, so that Argo's page can lead to the version, whatever becomes of the build.
        outputs: {
          "model-version": fromFile("/tmp/model_version", { default: "", globalName: "model-version" }),
        },
        activeDeadlineSeconds: args.deadlines.training,
        retryStrategy: RETRY_INFRASTRUCTURE,
        container: (inputs) => ({
          image: inputs.image,
          command: ["python", "flow.py"],
          args: [parameters.scenario],
          env: {
            MLFLOW_TRACKING_URI: args.mlflowUrl,
            SIMULATED_ACCURACY: parameters["simulated-accuracy"],
            // Argo passes this only to its own containers. The run in MLflow is tagged with it.
            ARGO_WORKFLOW_NAME: run.name,
            // The model version is tagged with what has trained it.
            TRAINING_IMAGE: inputs.image,
            TRAINING_COMMIT: inputs.commit,
          },
          resources: args.resources ?? SIZES.medium.training,
          securityContext: STEP_CONTAINER,
        }),
      });
      return steps("training-and-build", {
        steps: (flow) => {
          const chosen = flow.step("training-image", image);
          const version = flow
            .step("run-training", runTraining, {
              image: chosen.output("image"),
              commit: chosen.output("commit"),
            })
            .output("model-version");
          flow.step(
            "build-container",
            triggerBuild(args, run),
            { "model-version": version },
            { when: isNotEmpty(version) },
          );
        },
      });
    },
  });
}

/** Has no retry: a second attempt would start a second build. Argo itself repeats what the API server refuses. */
function triggerBuild(args: TrainModelArgs, run: { readonly name: Reference }) {
  return resource("trigger-build", {
    inputs: { "model-version": {} },
    serviceAccountName: args.serviceAccounts.triggerBuild,
    activeDeadlineSeconds: args.deadlines.build,
    action: "create",
    ...FOLLOW_RUN,
    manifest: (inputs) =>
      workflowOf(
        args.build,
        { "model-version": inputs["model-version"] },
        { labels: { [TRAINING_LABEL]: run.name } },
      ),
  });
}

/** The CronWorkflow `train-model-cron`. */
export function trainModelCron(
  template: TrainTemplate,
  { schedule, timezone, suspended }: Pick<TrainingManifestsArgs, "schedule" | "timezone" | "suspended">,
  namespace?: Input<string>,
): CronWorkflowManifest {
  return cronWorkflow(
    "train-model-cron",
    {
      template,
      arguments: {},
      title: "Scheduled training",
      description:
        "Starts `train-model` with its defaults, so the accuracy is random and some runs fail on purpose.",
      schedules: [schedule],
      timezone,
      // A run that is still going on owns the alias: its successor would only wait for the mutex.
      concurrencyPolicy: "Forbid",
      // Zero, the default, drops a run whose minute fell into a restart of the controller.
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      suspend: suspended,
    },
    namespace,
  );
}

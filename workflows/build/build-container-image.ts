import type { Input } from "@pulumi/pulumi";
import { type WorkflowTemplate, isNot, steps, workflowTemplate } from "../../packages/argo-workflows";
import { type BuildStepsArgs, buildImageStep } from "./build-steps";
import { REGISTERED_MODEL } from "../../components/mlflow";
import type { TrainingManifestsArgs } from "../training-args";
import { type StagingStepsArgs, deployStep, restoreStep, testStep } from "./staging-steps";
import { MODEL_VERSION_LABEL, lifeCycle } from "../../components/argo";

/** What the workflow that turns a model version into a container in staging needs to know. */
export interface BuildContainerImageArgs
  extends BuildStepsArgs, Pick<TrainingManifestsArgs, "staging" | "imagePullSecret"> {
  readonly serviceAccounts: Pick<TrainingManifestsArgs["serviceAccounts"], "build" | "deployStaging">;
}

/** The version is required; the application is the lab's by default. */
export type BuildTemplate = WorkflowTemplate<{
  readonly "model-version": { readonly description: string };
  readonly "app-repository": { readonly default: Input<string>; readonly description: string };
  readonly "app-branch": { readonly default: Input<string>; readonly description: string };
}>;

/**
 * The WorkflowTemplate `build-container-image`, which a training run starts with the version that it has registered:
 * builds an image of the application with that model, deploys it to staging and tests it there. If any of it fails,
 * staging is restored to what passed its test last.
 */
export function buildContainerImage(args: BuildContainerImageArgs): BuildTemplate {
  const staging: StagingStepsArgs = { ...args, serviceAccount: args.serviceAccounts.deployStaging };
  return workflowTemplate("build-container-image", {
    description:
      "Builds the application with a version of the model, deploys it to staging and tests it there.",
    parameterLabels: { [MODEL_VERSION_LABEL]: "model-version" },
    parameters: {
      "model-version": { description: `Version of ${REGISTERED_MODEL.name} in MLflow, for example 3` },
      "app-repository": { default: args.appRepository.url, description: "Git repository of the application" },
      "app-branch": {
        default: args.appRepository.branch,
        description: "Branch of it whose last commit is built",
      },
    },
    serviceAccountName: args.serviceAccounts.build,
    imagePullSecret: args.imagePullSecret,
    // Two at a time would race for staging. A later run waits its turn.
    synchronization: { mutexes: [{ name: `build-${REGISTERED_MODEL.name}` }] },
    ...lifeCycle(args.deadlines.run),
    entrypoint: (parameters, run) => {
      const version = parameters["model-version"];
      return steps("build-container-image", {
        steps: (flow) => {
          const build = flow.step("build-image", buildImageStep(args, run), {
            "model-version": version,
            "app-repository": parameters["app-repository"],
            "app-branch": parameters["app-branch"],
          });
          const release = {
            "model-version": version,
            commit: build.output("commit"),
            "training-image": build.output("training-image"),
            image: build.output("image"),
          };
          const url = flow.step("deploy-to-staging", deployStep(staging, run), release).output("staging-url");
          flow.step("test-staging", testStep(staging, run), { ...release, "staging-url": url });
        },
      });
    },
    onExit: (_parameters, run) =>
      steps("restore-unless-succeeded", {
        steps: (flow) => {
          flow.step("restore-staging", restoreStep(staging), {}, { when: isNot(run.status, "Succeeded") });
        },
      }),
  });
}

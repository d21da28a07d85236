import type { Input } from "@pulumi/pulumi";
import { type WorkflowTemplate, isNot, steps, workflowTemplate } from "./argo";
import { type BuildStepsArgs, buildImageStep, cloneStep, downloadModelStep } from "./build-steps";
import { REGISTERED_MODEL } from "./outputs";
import type { StagingTarget } from "./pipeline-step";
import { type StagingStepsArgs, deployStep, restoreStep, testStep } from "./staging-steps";
import { lifeCycle } from "./workflow-policy";

/** What the workflow that turns a model version into a container in staging needs to know. */
export interface BuildContainerImageArgs extends BuildStepsArgs {
  readonly serviceAccounts: {
    /** Of the pods that build. */
    readonly build: Input<string>;
    /** Of those that change staging. */
    readonly deployStaging: Input<string>;
  };
  readonly staging: StagingTarget;
  /** Storage class of the folder that the steps share. @default the cluster's default class */
  readonly storageClass?: Input<string> | undefined;
  /** Secret with which the nodes pull the pipeline's image. @default none */
  readonly imagePullSecret?: Input<string> | undefined;
}

/** Whoever runs it must say which version; the application is the lab's unless said otherwise. */
export type BuildTemplate = WorkflowTemplate<{
  readonly "model-version": { readonly description: string };
  readonly "app-repository": { readonly default: Input<string>; readonly description: string };
  readonly "app-branch": { readonly default: Input<string>; readonly description: string };
}>;

/**
 * The WorkflowTemplate `build-container-image`, which a training run starts with the version that it has registered:
 * builds an image of the application with that model, deploys it to staging and tests it there. If any of it fails,
 * staging goes back to what passed its test last.
 */
export function buildContainerImage(args: BuildContainerImageArgs): BuildTemplate {
  const staging: StagingStepsArgs = { ...args, serviceAccount: args.serviceAccounts.deployStaging };
  return workflowTemplate("build-container-image", {
    description:
      "Builds the application with a version of the model, deploys it to staging and tests it there.",
    parameters: {
      "model-version": { description: `Version of ${REGISTERED_MODEL.name} in MLflow, for example 3` },
      "app-repository": { default: args.appRepository.url, description: "Git repository of the application" },
      "app-branch": {
        default: args.appRepository.branch,
        description: "Branch of it whose last commit is built",
      },
    },
    volumeClaims: { workspace: { storage: "4Gi", storageClass: args.storageClass } },
    serviceAccountName: args.serviceAccounts.build,
    imagePullSecret: args.imagePullSecret,
    // Two at a time would race for staging. A later run waits its turn.
    synchronization: { mutexes: [{ name: `build-${REGISTERED_MODEL.name}` }] },
    ...lifeCycle(args.deadlines.run),
    entrypoint: (parameters, run) => {
      const { workspace } = run.volumes;
      const version = parameters["model-version"];
      const repository = parameters["app-repository"];
      return steps("build-container-image", {
        steps: (flow) => {
          const source = flow.together((group) => ({
            commit: group
              .step("clone", cloneStep(args, workspace), {
                "app-repository": repository,
                "app-branch": parameters["app-branch"],
              })
              .output("commit"),
            "training-image": group
              .step("download-model", downloadModelStep(args, workspace), { "model-version": version })
              .output("training-image"),
          }));
          const origin = { "model-version": version, ...source };
          const build = buildImageStep(args, workspace, { name: run.name, repository });
          const image = flow.step("build-image", build, origin).output("image");
          const release = { ...origin, image };
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

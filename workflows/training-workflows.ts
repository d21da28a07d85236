import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { TrainingManifestsArgs } from "./training-args";
import { trainingManifests } from "./training-manifests";

/**
 * The WorkflowTemplates `train-model` and `build-container-image`, the CronWorkflow `train-model-cron`, and what starts a
 * training when an event comes.
 *
 * Their names are fixed: students submit them by name, and one refers to the other.
 *
 * `dependsOn` is passed on to the objects themselves, since nothing else ties them to the installation of Argo
 * Workflows that defines their kinds.
 */
export class TrainingWorkflows extends pulumi.ComponentResource {
  /** Name of the WorkflowTemplate that trains. */
  public readonly trainTemplate: pulumi.Output<string>;
  /** Name of the WorkflowTemplate that builds. */
  public readonly buildTemplate: pulumi.Output<string>;
  /** Name of the CronWorkflow. */
  public readonly scheduleName: pulumi.Output<string>;

  constructor(name: string, args: TrainingManifestsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("gourmetgram:index:TrainingWorkflows", name, {}, opts);

    const manifests = trainingManifests(args);
    const childOptions: pulumi.CustomResourceOptions = {
      parent: this,
      ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }),
    };

    const buildTemplate = new k8s.apiextensions.CustomResource(
      `${name}-build`,
      { ...manifests.build },
      childOptions,
    );
    const trainTemplate = new k8s.apiextensions.CustomResource(
      `${name}-train`,
      { ...manifests.train },
      pulumi.mergeOptions(childOptions, { dependsOn: buildTemplate }),
    );
    const schedule = new k8s.apiextensions.CustomResource(
      `${name}-schedule`,
      { ...manifests.schedule },
      // Argo refuses a schedule whose template it does not know.
      pulumi.mergeOptions(childOptions, { dependsOn: trainTemplate }),
    );

    for (const event of manifests.events) {
      new k8s.apiextensions.CustomResource(
        `${name}-${event.metadata.name}`,
        { ...event },
        pulumi.mergeOptions(childOptions, { dependsOn: trainTemplate }),
      );
    }

    this.trainTemplate = nameOf(trainTemplate);
    this.buildTemplate = nameOf(buildTemplate);
    this.scheduleName = nameOf(schedule);
    this.registerOutputs({
      trainTemplate: this.trainTemplate,
      buildTemplate: this.buildTemplate,
      scheduleName: this.scheduleName,
    });
  }
}

function nameOf(object: k8s.apiextensions.CustomResource): pulumi.Output<string> {
  return object.metadata.apply((metadata) => metadata.name);
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { TrainingManifestsArgs } from "./training-args";
import { type TrainingManifests, trainingManifests } from "./training-manifests";

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
    const created = (
      child: string,
      manifest: TrainingManifests["train" | "schedule"] | TrainingManifests["events"][number],
      ...after: pulumi.Resource[]
    ) => {
      const options = pulumi.mergeOptions(
        { parent: this, dependsOn: after },
        { dependsOn: opts.dependsOn ?? [] },
      );
      return new k8s.apiextensions.CustomResource(`${name}-${child}`, { ...manifest }, options);
    };
    const buildTemplate = created("build", manifests.build);
    const trainTemplate = created("train", manifests.train, buildTemplate);
    // Argo refuses a schedule whose template it does not know.
    const schedule = created("schedule", manifests.schedule, trainTemplate);
    for (const event of manifests.events) created(event.metadata.name, event, trainTemplate);

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

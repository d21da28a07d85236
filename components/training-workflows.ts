import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { buildContainerImage } from "./build-container-image";
import { trainModel, trainModelCron } from "./train-model";
import { deadlines } from "./workflow-policy";

/** Arguments of {@link TrainingWorkflows}. */
export interface TrainingWorkflowsArgs {
  /** Namespace of the templates and of all their runs. */
  readonly namespace: pulumi.Input<string>;
  /** Reference of the training image, with its digest: a run uses what was built, whatever a tag says later. */
  readonly trainingImage: pulumi.Input<string>;
  /** Name of the Secret with which the nodes pull the image. @default none: the registry asks nobody */
  readonly imagePullSecret?: pulumi.Input<string> | undefined;
  /** Address of MLflow inside the cluster. */
  readonly mlflowUrl: pulumi.Input<string>;
  /** Names of the service accounts, one for each role. */
  readonly serviceAccounts: {
    /** Of the training pod. */
    readonly train: pulumi.Input<string>;
    /** Of the step that starts the build and waits for it. */
    readonly triggerBuild: pulumi.Input<string>;
    /** Of the build's pods. */
    readonly build: pulumi.Input<string>;
  };
  /** Cron string of five fields, for example `0 2 * * *`. */
  readonly schedule: string;
  /** IANA name, for example `UTC`. */
  readonly timezone: string;
  /** True keeps the schedule but starts no runs. */
  readonly suspended: boolean;
  /** Seconds that a training run may take, its build included. */
  readonly deadlineSeconds: number;
}

/**
 * The WorkflowTemplates `train-model` and `build-container-image` and the CronWorkflow `train-model-cron`.
 *
 * Their names are fixed: students submit them by name, and one refers to the other.
 *
 * `dependsOn` is handed on to the objects themselves, since nothing else ties them to the installation of Argo
 * Workflows that gives their kinds a meaning.
 */
export class TrainingWorkflows extends pulumi.ComponentResource {
  /** Name of the WorkflowTemplate that trains. */
  public readonly trainTemplate: pulumi.Output<string>;
  /** Name of the WorkflowTemplate that builds. */
  public readonly buildTemplate: pulumi.Output<string>;
  /** Name of the CronWorkflow. */
  public readonly scheduleName: pulumi.Output<string>;

  constructor(name: string, args: TrainingWorkflowsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("gourmetgram:index:TrainingWorkflows", name, {}, opts);

    const limits = deadlines(args.deadlineSeconds);
    const build = buildContainerImage({
      image: args.trainingImage,
      imagePullSecret: args.imagePullSecret,
      mlflowUrl: args.mlflowUrl,
      serviceAccount: args.serviceAccounts.build,
      deadlineSeconds: limits.child,
    });
    const train = trainModel({
      image: args.trainingImage,
      imagePullSecret: args.imagePullSecret,
      mlflowUrl: args.mlflowUrl,
      serviceAccounts: args.serviceAccounts,
      deadlines: limits,
      build,
    });
    const childOptions: pulumi.CustomResourceOptions = {
      parent: this,
      ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }),
    };

    const buildTemplate = new k8s.apiextensions.CustomResource(
      `${name}-build`,
      { ...build.manifest(args.namespace) },
      childOptions,
    );
    const trainTemplate = new k8s.apiextensions.CustomResource(
      `${name}-train`,
      { ...train.manifest(args.namespace) },
      pulumi.mergeOptions(childOptions, { dependsOn: buildTemplate }),
    );
    const cron = { cron: args.schedule, timezone: args.timezone, suspended: args.suspended };
    const schedule = new k8s.apiextensions.CustomResource(
      `${name}-schedule`,
      { ...trainModelCron(train, cron, args.namespace) },
      // Argo refuses a schedule whose template it does not know.
      pulumi.mergeOptions(childOptions, { dependsOn: trainTemplate }),
    );

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

import * as pulumi from "@pulumi/pulumi";
import { AppRepository, type AppSource, ExternalAppRepository } from "../components/app-repository";
import type { LabConfig } from "../config";
import { Mlflow, externalDatabase, Postgres } from "../components/mlflow";
import { Rbac } from "../components/rbac";
import { type RegistryTarget, RegistryPullSecret } from "../components/registry";
import { Staging, STAGING_DEPLOYMENT } from "../components/staging";
import { TrainingWorkflows } from "../workflows";
import type { Base } from "./base-services";

/** What one student works with. */
export interface Lab {
  readonly mlflow: Mlflow;
  /** Name of the database's StatefulSet; none where the database is someone else's. */
  readonly databaseName: pulumi.Output<string> | undefined;
  readonly source: AppSource;
  readonly staging: Staging;
  readonly rbac: Rbac;
  readonly workflows: TrainingWorkflows;
}

/** What a lab is made of, besides its configuration. */
export interface LabArgs {
  /** The namespace of MLflow and the workflows. What takes the name waits for the namespace. */
  readonly namespace: pulumi.Output<string>;
  readonly base: Base;
  /** The registry as this lab uses it. */
  readonly registry: RegistryTarget;
  /** Repository of the application's images in the registry. */
  readonly appImage: string;
  /** Whether people come by node ports. Otherwise by port-forwards, with rights of their own. */
  readonly nodePorts: boolean;
  /** What must be there before a workflow can. */
  readonly ready: pulumi.Resource[];
}

/** Makes what one student works with. */
export function createLab(config: LabConfig, args: LabArgs): Lab {
  const { namespace, base, registry, nodePorts } = args;
  const { externalHost, storageClass, size } = config;
  const { images } = base;

  const imagePullSecret =
    registry.pullCredentials === undefined
      ? undefined
      : new RegistryPullSecret("pull-secret", {
          namespace,
          addresses: [registry.pullAddress, registry.addresses.inCluster],
          credentials: registry.pullCredentials,
        }).name;

  // MLflow and its database.
  const database =
    config.mlflow.databaseUri === undefined
      ? new Postgres("postgres", { namespace, ...config.postgres, storageClass, size })
      : externalDatabase(config.mlflow.databaseUri);
  const mlflow = new Mlflow("mlflow", {
    namespace,
    image: images.mlflow,
    imagePullSecret,
    databaseUri: database.uri,
    storage: config.mlflow.storage,
    storageClass,
    size,
    s3: config.mlflow.s3,
    exposure: { ...config.mlflow.exposure, host: externalHost },
  });

  // From a model version to the application: its source, and where it runs.
  const source: AppSource =
    config.appRepository.kind === "external"
      ? new ExternalAppRepository("app-repository", { namespace, ...config.appRepository })
      : new AppRepository("app-repository", {
          namespace,
          branch: config.appRepository.branch,
          storage: config.appRepository.storage,
          nodePort: nodePorts ? config.appRepository.nodePort : undefined,
          image: images.gitServer.apply(required),
          imagePullSecret,
          externalHost,
          storageClass,
          size,
        });
  const staging = new Staging("staging", {
    namespace: config.staging.namespace,
    nodePort: nodePorts ? config.staging.nodePort : undefined,
    image: images.appBase.reference,
    registry,
    externalHost,
    size,
  });

  // The workflows, and who may run them.
  const rbac = new Rbac("rbac", { namespace, stagingNamespace: staging.namespace });
  const workflows = new TrainingWorkflows(
    "workflows",
    {
      namespace,
      trainingImage: images.training.reference,
      pipelineImage: images.pipeline,
      appBaseImage: images.appBase.inClusterReference,
      imagePullSecret,
      registry: {
        pushRepository: pulumi.interpolate`${registry.addresses.inCluster}/${args.appImage}`,
        pullRepository: pulumi.interpolate`${registry.pullAddress}/${args.appImage}`,
      },
      registryCredentialsSecret: imagePullSecret,
      builderAddress: base.builder.address,
      appRepository: { url: source.url, branch: source.branch, credentialsSecret: source.credentialsSecret },
      // Plain texts, because they decide which rights there are.
      staging: { namespace: config.staging.namespace, deployment: STAGING_DEPLOYMENT, url: staging.url },
      mlflowUrl: mlflow.url,
      serviceAccounts: rbac.serviceAccounts,
      schedule: config.schedule.cron,
      timezone: config.schedule.timezone,
      suspended: config.schedule.suspended,
      size,
      deadlineSeconds: config.trainingDeadlineSeconds,
    },
    { dependsOn: args.ready },
  );
  return { mlflow, databaseName: database.statefulSetName, source, staging, rbac, workflows };
}

/** @throws pulumi.RunError if the base has no git server */
function required(image: string | null): string {
  if (image === null) {
    throw new pulumi.RunError(
      "the base has built no git server, because it has an appRepositoryUrl: set gourmetgram:appRepositoryUrl here too",
    );
  }
  return image;
}

import * as pulumi from "@pulumi/pulumi";
import { argoServerInside, eventsAddress, EventSender, PUSH_EVENT } from "../../components/argo";
import { AppRepository, type AppSource, externalAppRepository } from "../../components/app-repository";
import { Builder, BUILDKIT } from "../../components/builder";
import { type LabConfig, type StudentConfig, together } from "../../config";
import { Mlflow, mlflowVersion, type MlflowS3, externalDatabase, Postgres } from "../../components/mlflow";
import { Rbac } from "../../components/rbac";
import { pullSecretOf, type RegistryTarget } from "../../components/registry";
import { Staging, STAGING_DEPLOYMENT } from "../../components/staging";
import { TrainingWorkflows } from "../../workflows";
import type { Base } from "./base-services";

/** What one student works with. */
export type Lab = ReturnType<typeof createLab>;

/** Arguments of {@link createLab}, besides the configuration. */
export interface LabArgs {
  /** The namespace of MLflow and the workflows. What takes the name waits for the namespace. */
  readonly namespace: pulumi.Output<string>;
  readonly base: Base;
  /** The registry as this lab uses it. */
  readonly registry: RegistryTarget;
  /** Repository of the application's images in the registry. */
  readonly appImage: string;
  /** Repository of the images of the training code's commits. */
  readonly trainImage: string;
  /** What must be there before a workflow can. */
  readonly ready: pulumi.Resource[];
}

/** Creates what one student works with. Node ports exist in a lab alone: students have port-forwards. */
export function createLab(config: LabConfig | StudentConfig, args: LabArgs) {
  const { namespace, base, registry } = args;
  const { externalHost, storageClass, size } = config;
  const { images } = base;

  const imagePullSecret = pullSecretOf("pull-secret", registry, namespace, [registry.addresses.inCluster]);

  // MLflow and its database.
  const database =
    config.mlflowDatabaseUri === undefined
      ? new Postgres("postgres", {
          namespace,
          image: config.postgresImage,
          storage: config.postgresStorage,
          storageClass,
          size,
        })
      : externalDatabase(config.mlflowDatabaseUri);
  const mlflow = new Mlflow("mlflow", {
    namespace,
    image: images.mlflow,
    version: mlflowVersion(),
    imagePullSecret,
    databaseUri: database.uri,
    ownDatabase: config.mlflowDatabaseUri === undefined,
    storage: config.mlflowStorage,
    storageClass,
    size,
    s3: s3Of(config),
    exposure: {
      host: externalHost,
      allowedHosts: config.mlflowAllowedHosts,
      ...(config.scope === "lab"
        ? {
            type: config.mlflowServiceType,
            nodePort: config.mlflowNodePort,
            externalIps: config.mlflowExternalIps,
          }
        : { type: "ClusterIP", externalIps: [] }),
    },
  });

  // What builds the application, while something is built.
  const builder = new Builder("builder", {
    namespace: config.buildNamespace,
    image: config.buildkitImage,
    mode: config.buildkitMode,
    disk: config.buildCacheStorage,
    clients: namespace,
    registry,
  });

  // Where the application runs.
  const staging = new Staging("staging", {
    namespace: config.stagingNamespace,
    nodePort: config.scope === "lab" ? config.stagingNodePort : undefined,
    image: images.appBase.reference,
    registry,
    externalHost,
    size,
  });

  // Who may do what.
  const rbac = new Rbac("rbac", {
    namespace,
    stagingNamespace: staging.namespace,
    buildNamespace: builder.namespace,
  });
  const sender = new EventSender("webhook", { namespace, account: rbac.serviceAccounts.webhook });

  // The application's source and the training code, a push to which starts a run.
  const branch = config.appRepositoryBranch;
  const source: AppSource =
    config.appRepositoryUrl === undefined
      ? new AppRepository("app-repository", {
          namespace,
          branch,
          storage: config.appRepositoryStorage,
          nodePort: config.scope === "lab" ? config.appRepositoryNodePort : undefined,
          image: images.gitServer.apply(required),
          imagePullSecret,
          webhook: {
            eventsUrl: eventsAddress(argoServerInside(base.argo.namespace), namespace, PUSH_EVENT),
            secret: sender.secret,
            runsUrl: pulumi.interpolate`${base.argo.serverUrl}/workflows/${namespace}`,
          },
          externalHost,
          storageClass,
          size,
        })
      : externalAppRepository("app-repository", {
          namespace,
          branch,
          url: config.appRepositoryUrl,
          credentials: together({
            username: config.appRepositoryUsername,
            password: config.appRepositoryPassword,
          }),
        });
  // The workflows.
  const repository = (image: string) => ({
    pushRepository: pulumi.interpolate`${registry.addresses.inCluster}/${image}`,
    pullRepository: pulumi.interpolate`${registry.pullAddress}/${image}`,
  });
  const workflows = new TrainingWorkflows(
    "workflows",
    {
      namespace,
      trainingImage: images.training.reference,
      pipelineImage: images.pipeline,
      appBaseImage: images.appBase.inClusterReference,
      imagePullSecret,
      registry: repository(args.appImage),
      registryCredentialsSecret: imagePullSecret,
      trainingCode: {
        repository: source.training?.url ?? "",
        baseImage: images.trainingBase,
        registry: repository(args.trainImage),
      },
      builder: { namespace: config.buildNamespace, deployment: BUILDKIT, address: builder.address },
      appRepository: { url: source.url, branch: source.branch, credentialsSecret: source.credentialsSecret },
      // Plain texts, because they decide which rights there are.
      staging: { namespace: config.stagingNamespace, deployment: STAGING_DEPLOYMENT, url: staging.url },
      mlflowUrl: mlflow.url,
      serviceAccounts: rbac.serviceAccounts,
      schedule: config.schedule,
      timezone: config.scheduleTimezone,
      suspended: config.scheduleSuspended,
      size,
      deadlineSeconds: config.trainingDeadlineSeconds,
    },
    { dependsOn: args.ready },
  );
  return { mlflow, databaseName: database.statefulSetName, source, builder, staging, rbac, workflows };
}

/** The place in S3 for artifacts; nothing where they are on a volume. */
function s3Of(config: LabConfig | StudentConfig): MlflowS3 | undefined {
  if (config.mlflowArtifactRoot === undefined) return undefined;
  return {
    root: config.mlflowArtifactRoot,
    endpoint: config.mlflowS3Endpoint,
    credentials: together({
      accessKeyId: config.mlflowS3AccessKeyId,
      secretAccessKey: config.mlflowS3SecretAccessKey,
    }),
  };
}

/** @throws pulumi.RunError if the base has no git server */
function required(image: string | null): string {
  if (image === null) {
    throw new pulumi.RunError(
      "the base has no image of the git server, because it sets gourmetgram:appRepositoryUrl: set that here too",
    );
  }
  return image;
}

import * as pulumi from "@pulumi/pulumi";
import { AppBaseImage } from "./components/app-base-image";
import { AppRepository } from "./components/app-repository";
import type { AppSource } from "./components/app-source";
import { ArgoWorkflows } from "./components/argo-workflows";
import { Builder } from "./components/builder";
import { loadConfig } from "./components/config";
import { ExternalAppRepository } from "./components/external-app-repository";
import { LocalRegistry } from "./components/local-registry";
import { Mlflow } from "./components/mlflow";
import { type LabOutputs, REGISTERED_MODEL } from "./components/outputs";
import { PipelineImage } from "./components/pipeline-image";
import { PlatformNamespace } from "./components/platform-namespace";
import { externalDatabase, Postgres } from "./components/postgres";
import { Rbac } from "./components/rbac";
import { externalRegistry } from "./components/registry";
import { RegistryPullSecret } from "./components/registry-pull-secret";
import { Staging, STAGING_DEPLOYMENT } from "./components/staging";
import { TrainingImage } from "./components/training-image";
import { TrainingWorkflows } from "./components/training-workflows";
import { proveWorkflows } from "./components/workflows-proof";

// What is wrong with the settings or the workflows is told before anything is created.
const config = loadConfig();
proveWorkflows(config);
const { externalHost, storageClass } = config;

// Where the lab lives. What takes the name from `platform` waits for the namespace.
const platform = new PlatformNamespace("platform", { name: config.namespace });

// Images: the registry that they go to, what pulling them takes, and those that the steps of the workflows run in.
const imageRegistry =
  config.registry.kind === "external"
    ? externalRegistry(config.registry.address, config.registry.credentials)
    : new LocalRegistry("registry", { ...config.registry, storageClass, externalHost }).target;

const imagePullSecret =
  imageRegistry.credentials === undefined
    ? undefined
    : new RegistryPullSecret("pull-secret", {
        namespace: platform.name,
        address: imageRegistry.pullAddress,
        credentials: imageRegistry.credentials,
      }).name;

const python = { baseImage: config.pythonBaseImage, registry: imageRegistry };
const image = new TrainingImage("training-image", python);
const pipelineImage = new PipelineImage("pipeline-image", {
  ...python,
  buildkitImage: config.builder.image,
});

// MLflow and its database.
const database =
  config.mlflow.databaseUri === undefined
    ? new Postgres("postgres", { namespace: platform.name, ...config.postgres, storageClass })
    : externalDatabase(config.mlflow.databaseUri);

const mlflow = new Mlflow("mlflow", {
  namespace: platform.name,
  baseImage: config.pythonBaseImage,
  registry: imageRegistry,
  imagePullSecret,
  databaseUri: database.uri,
  storage: config.mlflow.storage,
  storageClass,
  s3: config.mlflow.s3,
  exposure: { ...config.mlflow.exposure, host: externalHost },
});

// From a model version to the application: its source, what it is built on, what builds it, and where it then runs.
const source: AppSource =
  config.appRepository.kind === "external"
    ? new ExternalAppRepository("app-repository", { namespace: platform.name, ...config.appRepository })
    : new AppRepository("app-repository", {
        namespace: platform.name,
        ...config.appRepository,
        registry: imageRegistry,
        imagePullSecret,
        externalHost,
        storageClass,
      });

const appBaseImage = new AppBaseImage("app-base-image", python);

const buildkit = new Builder("builder", {
  ...config.builder,
  storageClass,
  clientNamespace: platform.name,
  registry: imageRegistry,
});

const stage = new Staging("staging", {
  ...config.staging,
  image: appBaseImage.reference,
  registry: imageRegistry,
  externalHost,
});

// The workflows, who may run them, and what runs them.
const argo = new ArgoWorkflows("argo", {
  ...config.argo,
  managedNamespace: platform.name,
  externalHost,
});

const rbac = new Rbac("rbac", { namespace: platform.name, stagingNamespace: stage.namespace });

const workflows = new TrainingWorkflows(
  "workflows",
  {
    namespace: platform.name,
    trainingImage: image.reference,
    pipelineImage: pipelineImage.reference,
    appBaseImage: appBaseImage.inClusterReference,
    imagePullSecret,
    registry: {
      pushRepository: pulumi.interpolate`${imageRegistry.addresses.inCluster}/gourmetgram-app`,
      pullRepository: pulumi.interpolate`${imageRegistry.pullAddress}/gourmetgram-app`,
    },
    registryCredentialsSecret: imagePullSecret,
    builderAddress: buildkit.address,
    appRepository: { url: source.url, branch: source.branch, credentialsSecret: source.credentialsSecret },
    // Plain texts, because they decide which rights there are.
    staging: { namespace: config.staging.namespace, deployment: STAGING_DEPLOYMENT, url: stage.url },
    storageClass,
    mlflowUrl: mlflow.url,
    serviceAccounts: rbac.serviceAccounts,
    schedule: config.schedule.cron,
    timezone: config.schedule.timezone,
    suspended: config.schedule.suspended,
    deadlineSeconds: config.trainingDeadlineSeconds,
  },
  { dependsOn: argo.ready },
);

/** An output of the stack. */
type Out<Name extends keyof LabOutputs> = pulumi.Output<LabOutputs[Name]>;

export const namespace: Out<"namespace"> = platform.name;
export const mlflowUrl: Out<"mlflowUrl"> = mlflow.url;
export const mlflowExternalUrl: Out<"mlflowExternalUrl"> = mlflow.externalUrl;
export const registry: Out<"registry"> = pulumi.output(imageRegistry.addresses);
export const trainingImage: Out<"trainingImage"> = pulumi.output({
  reference: image.reference,
  digest: image.digest,
});
export const workflowTemplates: Out<"workflowTemplates"> = pulumi.output({
  train: workflows.trainTemplate,
  build: workflows.buildTemplate,
});
export const schedule: Out<"schedule"> = pulumi.output({ name: workflows.scheduleName, ...config.schedule });
export const argoServerUrl: Out<"argoServerUrl"> = argo.serverUrl;
export const submitTraining: Out<"submitTraining"> = pulumi.interpolate`argo submit -n ${platform.name} --from workflowtemplate/${workflows.trainTemplate} --watch`;
export const rights: Out<"rights"> = pulumi.output(rbac.rights);
export const workloads: Out<"workloads"> = pulumi.output({
  mlflow: { kind: "Deployment" as const, namespace: platform.name, name: mlflow.deploymentName },
  postgres:
    database.statefulSetName === undefined
      ? null
      : { kind: "StatefulSet" as const, namespace: platform.name, name: database.statefulSetName },
});
export const registeredModel: Out<"registeredModel"> = pulumi.output(REGISTERED_MODEL);
export const staging: Out<"staging"> = pulumi.output({
  namespace: stage.namespace,
  deployment: stage.deployment,
  url: stage.url,
  externalUrl: stage.externalUrl,
});
export const appRepository: Out<"appRepository"> = pulumi.output({
  url: source.url,
  externalUrl: source.externalUrl,
  branch: source.branch,
  username: source.push?.username ?? null,
});
export const builder: Out<"builder"> = pulumi.output({
  address: buildkit.address,
  namespace: buildkit.namespace,
});
/** Secret: the engine shows it only on request. `null` where students push to a repository of someone else's. */
export const appRepositoryPassword: pulumi.Output<string | null> = pulumi.secret(
  source.push?.password ?? null,
);

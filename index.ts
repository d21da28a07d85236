import * as pulumi from "@pulumi/pulumi";
import { ArgoWorkflows } from "./components/argo-workflows";
import { loadConfig } from "./components/config";
import { LocalRegistry } from "./components/local-registry";
import { Mlflow } from "./components/mlflow";
import { type LabOutputs, REGISTERED_MODEL } from "./components/outputs";
import { PlatformNamespace } from "./components/platform-namespace";
import { externalDatabase, Postgres } from "./components/postgres";
import { Rbac } from "./components/rbac";
import { externalRegistry } from "./components/registry";
import { RegistryPullSecret } from "./components/registry-pull-secret";
import { TrainingImage } from "./components/training-image";
import { TrainingWorkflows } from "./components/training-workflows";

const config = loadConfig();
const { externalHost, storageClass } = config;

// Where the lab lives. What takes the name from `platform` waits for the namespace.
const platform = new PlatformNamespace("platform", { name: config.namespace });

// Images: the registry that they go to, what pulling them takes, and the one that trains.
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

const image = new TrainingImage("training-image", {
  baseImage: config.pythonBaseImage,
  registry: imageRegistry,
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

// The workflows, who may run them, and what runs them.
const argo = new ArgoWorkflows("argo", {
  ...config.argo,
  managedNamespace: platform.name,
  externalHost,
});

const rbac = new Rbac("rbac", { namespace: platform.name });

const workflows = new TrainingWorkflows(
  "workflows",
  {
    namespace: platform.name,
    trainingImage: image.reference,
    imagePullSecret,
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
export const rights: Out<"rights"> = pulumi.output(
  rbac.rights.map((right) => ({ ...right, namespace: platform.name })),
);
export const workloads: Out<"workloads"> = pulumi.output({
  mlflow: { kind: "Deployment" as const, namespace: platform.name, name: mlflow.deploymentName },
  postgres:
    database.statefulSetName === undefined
      ? null
      : { kind: "StatefulSet" as const, namespace: platform.name, name: database.statefulSetName },
});
export const registeredModel: Out<"registeredModel"> = pulumi.output(REGISTERED_MODEL);

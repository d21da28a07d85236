import * as pulumi from "@pulumi/pulumi";
import type { LabConfig, StudentConfig } from "../../config";
import type { LabOutputs, LabSecrets } from "./outputs";
import { REGISTERED_MODEL } from "../../components/mlflow";
import { TRAINING_BRANCH } from "../../components/app-repository";
import type { Base } from "../services/base-services";
import type { Lab } from "../services/lab-services";

/** Outputs before they are known. */
export type Unknown<T> = { readonly [Name in keyof T]: pulumi.Output<T[Name]> };

export type LabStackOutputs = Unknown<Omit<LabOutputs, "footprint"> & LabSecrets>;

/** What the outputs are about. */
export interface LabParts {
  readonly namespace: pulumi.Output<string>;
  readonly base: Base;
  readonly lab: Lab;
}

/** The outputs of a stack with a lab in it. */
export function labOutputs(
  config: LabConfig | StudentConfig,
  { namespace, base, lab }: LabParts,
): LabStackOutputs {
  const { mlflow, databaseName, source, builder, staging, rbac, workflows } = lab;
  return {
    namespace,
    mlflowUrl: mlflow.url,
    mlflowExternalUrl: mlflow.externalUrl,
    registry: pulumi.output(base.registry.addresses),
    trainingImage: pulumi.output({
      reference: base.images.training.reference,
      digest: base.images.training.digest,
    }),
    workflowTemplates: pulumi.output({ train: workflows.trainTemplate, build: workflows.buildTemplate }),
    schedule: pulumi.output({
      name: workflows.scheduleName,
      cron: config.schedule,
      timezone: config.scheduleTimezone,
      suspended: config.scheduleSuspended,
    }),
    argoServerUrl: base.argo.serverUrl,
    submitTraining: pulumi.interpolate`argo submit -n ${namespace} --from workflowtemplate/${workflows.trainTemplate} --watch`,
    rights: pulumi.output(rbac.rights),
    workloads: pulumi.output({
      mlflow: { kind: "Deployment" as const, namespace, name: mlflow.deploymentName },
      postgres:
        databaseName === undefined ? null : { kind: "StatefulSet" as const, namespace, name: databaseName },
    }),
    registeredModel: pulumi.output(REGISTERED_MODEL),
    staging: pulumi.output({
      namespace: staging.namespace,
      deployment: staging.deployment,
      url: staging.url,
      externalUrl: staging.externalUrl,
    }),
    appRepository: pulumi.output({
      url: source.url,
      externalUrl: source.externalUrl,
      branch: source.branch,
      username: source.push?.username ?? null,
    }),
    trainRepository: pulumi.output(
      source.training === undefined ? null : { ...source.training, branch: TRAINING_BRANCH },
    ),
    builder: pulumi.output({ address: builder.address, namespace: builder.namespace }),
    appRepositoryPassword: pulumi.secret(source.push?.password ?? null),
  };
}

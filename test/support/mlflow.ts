/** What the tests of MLflow have in common. */
import * as pulumi from "@pulumi/pulumi";
import { onlyResource, type RecordedResource } from "./mocks";
import type { MlflowArgs } from "../../components/mlflow/mlflow";

/** The image that the base has built. */
export const MLFLOW_IMAGE = `ghcr.io/gourmetgram-mlflow@sha256:${"0123456789abcdef".repeat(4)}`;
export const MLFLOW_DATABASE = "postgresql://mlflow:hush@db/mlflow";
export const MLFLOW_LABELS = {
  "app.kubernetes.io/name": "mlflow",
  "app.kubernetes.io/part-of": "gourmetgram",
};
/** The part of a Deployment that the tests look into. */
export interface Workload {
  strategy: { type: string };
  template: {
    spec: {
      imagePullSecrets?: { name: string }[];
      containers: {
        args: string[];
        env: { name: string; value?: string }[];
        volumeMounts: { name: string }[];
      }[];
      volumes: { name: string }[];
    };
  };
}

/** Options of MLflow, the changed ones and the ones that every test needs. */
export function mlflowArgs(
  change: Partial<Omit<MlflowArgs, "exposure">> = {},
  exposure: Partial<MlflowArgs["exposure"]> = {},
): MlflowArgs {
  return {
    namespace: "lab",
    image: MLFLOW_IMAGE,
    databaseUri: pulumi.secret(MLFLOW_DATABASE),
    storage: "10Gi",
    exposure: {
      type: "NodePort",
      nodePort: 30800,
      host: "localhost",
      externalIps: [],
      allowedHosts: [],
      ...exposure,
    },
    ...change,
  };
}

export const deployment = () => onlyResource("kubernetes:apps/v1:Deployment");
export const service = () => onlyResource("kubernetes:core/v1:Service");

export function workload({ inputs }: RecordedResource): Workload {
  return inputs["spec"] as unknown as Workload;
}

/** An environment variable of the server. */
export function variable({ template }: Workload, name: string): unknown {
  return template.spec.containers[0]?.env.find((each) => each.name === name);
}

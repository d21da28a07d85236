import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dataClaim, serviceHost, labelsOf, type VolumeSize } from "../kubernetes";
import { sizeOf, type SizeName } from "../sizes";
import {
  allowedHosts,
  allowedOrigins,
  externalUrl,
  type MlflowExposure,
  MLFLOW_NAME,
  MLFLOW_PORT,
} from "./mlflow-access";
import { VERSION_LABEL } from "./mlflow-version";
import { artifactEnvironment, mlflowPod, type MlflowS3 } from "./mlflow-pod";

export interface MlflowArgs extends VolumeSize {
  /** Namespace of the server. */
  readonly namespace: pulumi.Input<string>;
  /** Reference of the server's image. */
  readonly image: pulumi.Input<string>;
  /** Version of MLflow in the image, a label of the Deployment. @default not noted */
  readonly version?: string | undefined;
  /** Name of the Secret with which the nodes pull the image. @default none: the registry allows anonymous access */
  readonly imagePullSecret?: pulumi.Input<string> | undefined;
  /** URI of a PostgreSQL database. It becomes a Secret, never a plain environment variable. */
  readonly databaseUri: pulumi.Input<string>;
  /** Whether the database's server is the lab's own: it is copied there before an upgrade of its tables. @default false */
  readonly ownDatabase?: boolean | undefined;
  /** Size of the artifacts' volume, as a Kubernetes quantity. Unused with `s3`. */
  readonly storage: pulumi.Input<string>;
  /** What the pod is given. @default "medium" */
  readonly size?: SizeName | undefined;
  /** Keeps the artifacts in S3. @default on a volume */
  readonly s3?: MlflowS3 | undefined;
  /** The way in from outside the cluster. */
  readonly exposure: MlflowExposure;
}

/**
 * MLflow: experiment tracking and the model registry.
 *
 * Clients reach artifacts through the server, so they need neither the volume nor credentials for S3.
 */
export class Mlflow extends pulumi.ComponentResource {
  /** Address inside the cluster. */
  public readonly url: pulumi.Output<string>;
  /** Address from outside the cluster. For a Service of type ClusterIP, the one that a port-forward gives. */
  public readonly externalUrl: pulumi.Output<string>;
  public readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: MlflowArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Mlflow", name, {}, opts);
    const { namespace, exposure } = args;
    const labels = labelsOf(MLFLOW_NAME);

    const secret = new k8s.core.v1.Secret(
      `${name}-credentials`,
      {
        metadata: { namespace, labels },
        // A change makes a new Secret under a new name, which restarts the pod with it.
        immutable: true,
        stringData: { databaseUri: args.databaseUri, ...args.s3?.credentials },
      },
      { parent: this },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: MLFLOW_NAME, namespace, labels, ...awaiting(exposure) },
        spec: {
          type: exposure.type,
          selector: labels,
          ports: [
            {
              name: "http",
              port: MLFLOW_PORT,
              targetPort: "http",
              ...(exposure.type === "NodePort" ? { nodePort: exposure.nodePort } : {}),
            },
          ],
          ...(exposure.externalIps.length === 0 ? {} : { externalIPs: [...exposure.externalIps] }),
        },
      },
      { parent: this },
    );
    const claim =
      args.s3 === undefined
        ? dataClaim(
            `${name}-artifacts`,
            { namespace, labels, storage: args.storage, storageClass: args.storageClass },
            { parent: this },
          )
        : undefined;
    // A workload identity (IRSA and its like) gives an account rights to the bucket, so MLflow has one of its own.
    const account =
      args.s3 !== undefined && args.s3.credentials === undefined
        ? new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            { metadata: { name: MLFLOW_NAME, namespace, labels }, automountServiceAccountToken: false },
            { parent: this },
          )
        : undefined;
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-server`,
      {
        // Fixed, so that `kubectl logs deployment/mlflow` works as it reads.
        metadata: {
          name: MLFLOW_NAME,
          namespace,
          labels: args.version === undefined ? labels : { ...labels, [VERSION_LABEL]: args.version },
        },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          // The volume has one writer: the old pod must have ended before the new one starts.
          strategy: { type: claim === undefined ? "RollingUpdate" : "Recreate" },
          template: {
            metadata: { labels },
            spec: mlflowPod({
              image: args.image,
              imagePullSecret: args.imagePullSecret,
              serviceAccount: account?.metadata.name,
              secretName: secret.metadata.name,
              claimName: claim?.metadata.name,
              copyBeforeUpgrade: args.ownDatabase === true,
              resources: sizeOf(args.size).mlflow,
              artifacts: artifactEnvironment(args.s3, secret.metadata.name),
              allowedHosts: allowedHosts(MLFLOW_NAME, namespace, exposure, service),
              allowedOrigins: allowedOrigins(exposure, service),
            }),
          },
        },
      },
      { parent: this },
    );

    this.url = pulumi.interpolate`http://${serviceHost(MLFLOW_NAME, namespace)}:${MLFLOW_PORT}`;
    this.externalUrl = externalUrl(exposure, service);
    this.deploymentName = deployment.metadata.name;
    this.registerOutputs({
      url: this.url,
      externalUrl: this.externalUrl,
      deploymentName: this.deploymentName,
    });
  }
}

/**
 * What to wait for before the Service counts as created: by default, a pod behind it. The pod of a load-balanced one
 * needs the balancer's address for its host allow-list, so there the Service must not wait for the pod.
 */
function awaiting(exposure: MlflowExposure): { annotations?: Record<string, string> } {
  return exposure.type === "LoadBalancer"
    ? { annotations: { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}" } }
    : {};
}

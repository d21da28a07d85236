/** The pod of the MLflow server. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { LabSize } from "../sizes";
import { MLFLOW_PORT } from "./mlflow-access";
import { LOCKED_DOWN_CONTAINER, unprivilegedPod } from "../kubernetes";

type EnvVar = k8s.types.input.core.v1.EnvVar;
type Container = k8s.types.input.core.v1.Container;

/** Artifacts in S3. */
export interface MlflowS3 {
  /** `s3://bucket/path`. */
  readonly root: pulumi.Input<string>;
  /** Address of an S3 service that is not Amazon's. @default Amazon's */
  readonly endpoint?: pulumi.Input<string> | undefined;
  /** Left out where the ServiceAccount `mlflow` has the rights, by a workload identity of the cloud. */
  readonly credentials?:
    | { readonly accessKeyId: pulumi.Input<string>; readonly secretAccessKey: pulumi.Input<string> }
    | undefined;
}

/** Where the server keeps artifacts, and what it needs to get there. */
export interface ArtifactEnvironment {
  readonly destination: pulumi.Input<string>;
  readonly env: readonly EnvVar[];
}

/** Arguments of the pod. */
export interface MlflowPodArgs {
  readonly image: pulumi.Input<string>;
  readonly imagePullSecret: pulumi.Input<string> | undefined;
  /** @default the namespace's default account */
  readonly serviceAccount: pulumi.Input<string> | undefined;
  /** Secret with the key `databaseUri`. */
  readonly secretName: pulumi.Input<string>;
  /** Claim of the artifacts' volume; `undefined` where they are in S3. */
  readonly claimName: pulumi.Input<string> | undefined;
  /** Whether the database is copied within its server before an upgrade of its tables. */
  readonly copyBeforeUpgrade: boolean;
  readonly resources: LabSize["mlflow"];
  readonly artifacts: ArtifactEnvironment;
  readonly allowedHosts: pulumi.Input<string>;
  readonly allowedOrigins: pulumi.Input<string>;
}

const ARTIFACTS = "/mlartifacts";
// The user of the image.
const USER = 1000;

/** The destination of artifacts: S3, or the volume. */
export function artifactEnvironment(
  s3: MlflowS3 | undefined,
  secretName: pulumi.Input<string>,
): ArtifactEnvironment {
  if (s3 === undefined) {
    return { destination: ARTIFACTS, env: [] };
  }
  const env = [
    ...(s3.endpoint === undefined ? [] : [{ name: "MLFLOW_S3_ENDPOINT_URL", value: s3.endpoint }]),
    ...(s3.credentials === undefined
      ? []
      : [
          fromSecret("AWS_ACCESS_KEY_ID", secretName, "accessKeyId"),
          fromSecret("AWS_SECRET_ACCESS_KEY", secretName, "secretAccessKey"),
        ]),
  ];
  return { destination: s3.root, env };
}

/** The pod: the database is brought up to date first, then one server process runs. */
export function mlflowPod(args: MlflowPodArgs): k8s.types.input.core.v1.PodSpec {
  const { claimName, imagePullSecret, serviceAccount } = args;
  return {
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    automountServiceAccountToken: false,
    // The variable MLFLOW_PORT, which Kubernetes would make for the Service `mlflow`, is an option of the server.
    enableServiceLinks: false,
    securityContext: unprivilegedPod(USER),
    ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
    initContainers: [prepareDatabase(args)],
    containers: [server(args)],
    volumes: [
      // Uploads pass through it on their way to S3, so it has to hold the largest model.
      { name: "tmp", emptyDir: { sizeLimit: "2Gi" } },
      ...(claimName === undefined ? [] : [{ name: "artifacts", persistentVolumeClaim: { claimName } }]),
    ],
  };
}

/** Waits for the database and creates or upgrades its schema, so that the server never meets an older one. */
function prepareDatabase(args: MlflowPodArgs): Container {
  return {
    name: "prepare-database",
    image: args.image,
    command: ["python", "/opt/mlflow/prepare_database.py"],
    env: [
      ...commonEnv(args),
      ...(args.copyBeforeUpgrade ? [{ name: "COPY_BEFORE_UPGRADE", value: "true" }] : []),
    ],
    resources: args.resources.prepareDatabase,
    securityContext: LOCKED_DOWN_CONTAINER,
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  };
}

function server(args: MlflowPodArgs): Container {
  const httpGet = {
    path: "/health",
    port: "http",
    // The kubelet would send the pod's address as the host, which is not on the host allow-list.
    httpHeaders: [{ name: "Host", value: "localhost" }],
  };
  return {
    name: "mlflow",
    image: args.image,
    command: ["mlflow", "server"],
    args: [
      ...["--host", "0.0.0.0"],
      ...["--port", String(MLFLOW_PORT)],
      // Each worker takes 400 MiB and more; one serves a lab.
      ...["--workers", "1"],
      ...["--artifacts-destination", args.artifacts.destination],
    ],
    env: [
      ...commonEnv(args),
      { name: "MLFLOW_SERVER_ALLOWED_HOSTS", value: args.allowedHosts },
      { name: "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", value: args.allowedOrigins },
      // The job runner and its consumers take 1.4 GiB, and nothing in the lab gives them a job.
      { name: "MLFLOW_SERVER_ENABLE_JOB_EXECUTION", value: "false" },
      ...args.artifacts.env,
    ],
    ports: [{ name: "http", containerPort: MLFLOW_PORT }],
    // Python imports for half a minute on a small machine.
    startupProbe: { httpGet, periodSeconds: 3, timeoutSeconds: 5, failureThreshold: 60 },
    readinessProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { httpGet, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 6 },
    resources: args.resources.server,
    securityContext: LOCKED_DOWN_CONTAINER,
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...(args.claimName === undefined ? [] : [{ name: "artifacts", mountPath: ARTIFACTS }]),
    ],
  };
}

function commonEnv(args: MlflowPodArgs): EnvVar[] {
  return [
    fromSecret("MLFLOW_BACKEND_STORE_URI", args.secretName, "databaseUri"),
    { name: "MLFLOW_DISABLE_TELEMETRY", value: "true" },
    // The only folder that can be written to.
    { name: "HOME", value: "/tmp" },
  ];
}

function fromSecret(name: string, secret: pulumi.Input<string>, key: string): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

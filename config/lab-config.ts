/** What a stack can choose, as the program uses it. */
import type * as pulumi from "@pulumi/pulumi";
import { studentNamespaces } from "../components/class";
import { type OffsetSchedule, offsetSchedule } from "./schedule-offset";
import type { KeyName, Values } from "./keys";
import type { Platform } from "./platform";
import { type ExternalRegistryConfig, type LocalRegistryConfig, registryConfig } from "./registry-config";
import { torchIndexOf } from "./torch-index";

/** Everything that a stack can choose, checked and with defaults filled in. Documented in `Pulumi.yaml`. */
export interface LabConfig {
  /** What the stack is: a whole lab, what a class shares, or what one of its students has. @default "lab" */
  readonly scope: "lab" | "base" | "student";
  /** Whose stack this is. Given exactly where the scope is `student`. */
  readonly student: StudentConfig | undefined;
  /** How much room there is. @default "medium" */
  readonly size: "small" | "medium" | "large";
  /** What the stack may ask for at most. @default anything */
  readonly budget: BudgetConfig;
  /** Whether volumes outlive the stack. @default false */
  readonly keepData: boolean;
  /** Namespace of MLflow, the workflows and the training runs. @default "gourmetgram-platform" */
  readonly namespace: string;
  /** Storage class of every volume. @default the cluster's default class */
  readonly storageClass: string | undefined;
  /** Host name or IP address under which node ports are reached from outside. @default "localhost" */
  readonly externalHost: string;
  /** Where the built images go. @default a registry of the lab's own */
  readonly registry: LocalRegistryConfig | ExternalRegistryConfig;
  /** Base of the images that the stack builds. @default "python:3.11-slim" */
  readonly pythonBaseImage: string;
  /** Package index of torch. @default the CPU builds' on the official Python image, else pip's own */
  readonly torchIndexUrl: string | undefined;
  /** What images are built for. @default what the Docker plugin chooses */
  readonly platform: Platform | undefined;
  readonly postgres: PostgresConfig;
  readonly mlflow: MlflowConfig;
  readonly argo: ArgoConfig;
  readonly schedule: ScheduleConfig;
  readonly staging: StagingConfig;
  readonly builder: BuilderConfig;
  /** Where the application's sources are. @default a git server of the lab's own */
  readonly appRepository: HostedRepositoryConfig | ExternalRepositoryConfig;
  /** Seconds that a training run may take, its container build included. @default 3600 */
  readonly trainingDeadlineSeconds: number;
}

/** A student of a class. */
export interface StudentConfig {
  readonly name: string;
  /** The stack with what the class shares. */
  readonly baseStack: string;
  /** Days for which the student's way to the cluster stays open. @default 120 */
  readonly tokenDays: number;
  /** Where the API server answers, as blocks of addresses. @default anywhere */
  readonly apiServerAddresses: readonly string[];
  /** Ports of the API server. @default 443 and 6443 */
  readonly apiServerPorts: readonly number[];
  /** When the student's training runs, and how far that is from the class's schedule. */
  readonly schedule: OffsetSchedule;
}

/** Upper bounds of the stack's footprint, as Kubernetes quantities. */
export interface BudgetConfig {
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly storage: string | undefined;
}

/** The database in the platform namespace. Without a meaning where MLflow has an external one. */
export interface PostgresConfig {
  readonly image: string;
  readonly storage: string;
}

/** MLflow, what it keeps and where, and the way to it. */
export interface MlflowConfig {
  readonly storage: string;
  /** An external database. @default Postgres in the platform namespace */
  readonly databaseUri: pulumi.Output<string> | undefined;
  /** A place in S3 for the artifacts. @default a volume */
  readonly s3: S3Config | undefined;
  readonly exposure: MlflowExposureConfig;
}

/** The way to MLflow from outside the cluster. */
export interface MlflowExposureConfig {
  readonly type: "NodePort" | "LoadBalancer" | "ClusterIP";
  readonly nodePort: number;
  readonly externalIps: readonly string[];
  readonly allowedHosts: readonly string[];
}

/** Artifacts in S3. */
export interface S3Config {
  /** `s3://bucket/path`. */
  readonly root: string;
  /** Address of an S3 service that is not Amazon's. */
  readonly endpoint: string | undefined;
  /** Left out where the pods get their rights in another way. */
  readonly credentials:
    | { readonly accessKeyId: pulumi.Output<string>; readonly secretAccessKey: pulumi.Output<string> }
    | undefined;
}

/** Argo Workflows. */
export interface ArgoConfig {
  readonly mode: "install" | "existing";
  readonly namespace: string;
  readonly images: { readonly controller: string; readonly executor: string; readonly server: string };
  readonly serverNodePort: number;
  /** Runs that are carried out at the same time in a namespace, at most. */
  readonly namespaceParallelism: number;
}

/** The application in staging. */
export interface StagingConfig {
  readonly namespace: string;
  readonly nodePort: number;
}

/** BuildKit. */
export interface BuilderConfig {
  readonly namespace: string;
  readonly image: string;
  readonly mode: "rootless" | "userns" | "privileged";
  /** Size of the cache's volume. */
  readonly cacheStorage: string;
}

/** The git server in the platform namespace. */
export interface HostedRepositoryConfig {
  readonly kind: "hosted";
  readonly branch: string;
  readonly nodePort: number;
  readonly storage: string;
  /** Image on which the server's image is built. */
  readonly baseImage: string;
}

/** A repository that exists already. */
export interface ExternalRepositoryConfig {
  readonly kind: "external";
  readonly url: string;
  readonly branch: string;
  /** Left out for a repository that everyone may read. */
  readonly credentials: { readonly username: string; readonly password: pulumi.Output<string> } | undefined;
}

/** When training runs by itself. */
export interface ScheduleConfig {
  readonly cron: string;
  readonly timezone: string;
  readonly suspended: boolean;
}

/**
 * Sorts the values of the keys by what they are for.
 *
 * @param v All values, checked.
 * @param secret The value of a secret key that the stack sets, never in plain text.
 */
export function toLabConfig(
  v: Values,
  secret: (key: KeyName) => pulumi.Output<string> | undefined,
): LabConfig {
  const accessKeyId = secret("mlflowS3AccessKeyId");
  const secretAccessKey = secret("mlflowS3SecretAccessKey");
  const repositoryPassword = secret("appRepositoryPassword");
  const { appRepositoryUsername: repositoryUsername } = v;
  const student =
    v.student === undefined || v.baseStack === undefined
      ? undefined
      : {
          name: v.student,
          baseStack: v.baseStack,
          tokenDays: v.studentTokenDays,
          apiServerAddresses: v.apiServerAddresses,
          apiServerPorts: v.apiServerPorts,
          schedule: offsetSchedule(v.schedule, v.student, v.scheduleSpreadMinutes),
        };
  const names =
    student === undefined
      ? { platform: v.namespace, staging: v.stagingNamespace }
      : studentNamespaces(student.name);
  return {
    scope: v.scope,
    student,
    size: v.size,
    budget: { cpu: v.budgetCpu, memory: v.budgetMemory, storage: v.budgetStorage },
    keepData: v.keepData,
    namespace: names.platform,
    storageClass: v.storageClass,
    externalHost: v.externalHost,
    registry: registryConfig(v, secret("externalRegistryPassword")),
    pythonBaseImage: v.pythonBaseImage,
    torchIndexUrl: v.torchIndexUrl ?? torchIndexOf(v.pythonBaseImage),
    platform: v.platform,
    postgres: { image: v.postgresImage, storage: v.postgresStorage },
    mlflow: {
      storage: v.mlflowStorage,
      databaseUri: secret("mlflowDatabaseUri")?.apply((uri) =>
        uri.replaceAll("{student}", student?.name ?? "{student}"),
      ),
      s3:
        v.mlflowArtifactRoot === undefined
          ? undefined
          : {
              // The class may share a bucket, but no two students the same place in it.
              root: student === undefined ? v.mlflowArtifactRoot : `${v.mlflowArtifactRoot}/${student.name}`,
              endpoint: v.mlflowS3Endpoint,
              credentials:
                accessKeyId === undefined || secretAccessKey === undefined
                  ? undefined
                  : { accessKeyId, secretAccessKey },
            },
      exposure: {
        // Students come by port-forwards, with rights of their own: a node port would let everyone in.
        type: student === undefined ? v.mlflowServiceType : "ClusterIP",
        nodePort: v.mlflowNodePort,
        externalIps: v.mlflowExternalIps,
        allowedHosts: v.mlflowAllowedHosts,
      },
    },
    argo: {
      mode: v.argo,
      namespace: v.argoNamespace,
      images: {
        controller: v.argoControllerImage,
        executor: v.argoExecutorImage,
        server: v.argoServerImage,
      },
      serverNodePort: v.argoServerNodePort,
      namespaceParallelism: v.namespaceParallelism,
    },
    schedule: {
      cron: student?.schedule.cron ?? v.schedule,
      timezone: v.scheduleTimezone,
      suspended: v.scheduleSuspended,
    },
    staging: { namespace: names.staging, nodePort: v.stagingNodePort },
    builder: {
      namespace: v.buildNamespace,
      image: v.buildkitImage,
      mode: v.buildkitMode,
      cacheStorage: v.buildCacheStorage,
    },
    appRepository:
      v.appRepositoryUrl === undefined
        ? {
            kind: "hosted",
            branch: v.appRepositoryBranch,
            nodePort: v.appRepositoryNodePort,
            storage: v.appRepositoryStorage,
            baseImage: v.gitServerBaseImage,
          }
        : {
            kind: "external",
            url: v.appRepositoryUrl,
            branch: v.appRepositoryBranch,
            credentials:
              repositoryUsername === undefined || repositoryPassword === undefined
                ? undefined
                : { username: repositoryUsername, password: repositoryPassword },
          },
    trainingDeadlineSeconds: v.trainingDeadlineSeconds,
  };
}

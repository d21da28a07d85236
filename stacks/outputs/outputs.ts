/**
 * The stack's outputs, as `pulumi stack output --json` prints them: all that other programs may know about a lab.
 *
 * Plain types without a dependency, so that tools which only talk to a live lab can use them.
 */
import type { REGISTERED_MODEL } from "../../components/mlflow";

/** Everything that a stack with a lab in it gives: one of its own, or a student's. */
export interface LabOutputs {
  /** Namespace of MLflow, the workflows and the training runs. */
  readonly namespace: string;
  /** MLflow's address inside the cluster. */
  readonly mlflowUrl: string;
  /** MLflow's address from outside the cluster. */
  readonly mlflowExternalUrl: string;
  readonly registry: RegistryOutput;
  readonly trainingImage: ImageOutput;
  readonly workflowTemplates: WorkflowTemplatesOutput;
  readonly schedule: ScheduleOutput;
  /** Address of Argo's server, over TLS. */
  readonly argoServerUrl: string;
  /** The command that starts a training run and follows it. */
  readonly submitTraining: string;
  /** Who may do what in the lab's namespaces. */
  readonly rights: readonly RightOutput[];
  readonly workloads: WorkloadsOutput;
  readonly registeredModel: RegisteredModelOutput;
  readonly staging: StagingOutput;
  readonly appRepository: AppRepositoryOutput;
  /** The training code, a push to which starts a run. `null` where the application's repository is an external one. */
  readonly trainRepository: TrainRepositoryOutput | null;
  readonly builder: BuilderOutput;
  readonly footprint: FootprintOutput;
}

/** What a stack with a lab in it gives in secret: the engine shows it only on request. */
export interface LabSecrets {
  /** Password of {@link AppRepositoryOutput.username}. `null` for an external repository. */
  readonly appRepositoryPassword: string | null;
}

/** What a student's stack gives besides {@link LabOutputs} and {@link LabSecrets}. */
export interface StudentOutputs {
  /** Who pushes and pulls the student's images. `null` where the registry allows anonymous access. */
  readonly registryUser: { readonly username: string } | null;
  /** When the kubeconfig's token expires, in RFC 3339. */
  readonly studentAccessExpires: string;
}

/** What a student's stack gives in secret. */
export interface StudentSecrets extends LabSecrets {
  /** `null` where the registry allows anonymous access. */
  readonly registryPassword: string | null;
  /** Text of a kubeconfig with the student's rights. Unknown in a preview, and new with each `up`. */
  readonly studentKubeconfig: string;
}

/** The outputs that a backup needs. */
export type BackupOutputs = Pick<
  LabOutputs,
  | "namespace"
  | "mlflowUrl"
  | "registry"
  | "trainingImage"
  | "workloads"
  | "registeredModel"
  | "staging"
  | "appRepository"
  | "trainRepository"
>;

/** What a stack tells the backups on a schedule of its lab: the program in the cluster cannot ask Pulumi. */
export interface BackupTarget
  extends Pick<StudentOutputs, "registryUser">, Pick<StudentSecrets, "registryPassword"> {
  readonly stack: string;
  /** `null` for a lab in a stack of its own. */
  readonly student: string | null;
  readonly outputs: BackupOutputs;
}

/** Everything that the base of a class gives. */
export interface BaseStackOutputs {
  /** What the stacks of students need to know. */
  readonly base: BaseOutput;
  readonly registry: RegistryOutput;
  /** Address of Argo's server, over TLS. */
  readonly argoServerUrl: string;
  readonly footprint: FootprintOutput;
}

/** What the base of a class tells the stacks of its students: its output `base`. */
export interface BaseOutput {
  /** Version of this contract. */
  readonly contract: number;
  readonly registry: RegistryOutput & {
    /** In pods' image references. */
    readonly forPulling: string;
    /** Whether it is in the cluster, and restricts each student to the repositories of that student. */
    readonly guarded: boolean;
  };
  /** References of the images that the base has built, each with its digest. */
  readonly images: {
    readonly training: ImageOutput;
    readonly pipeline: string;
    readonly appBase: string;
    /** The same as BuildKit pulls it. */
    readonly appBaseForBuilds: string;
    /** What the image of a commit of the training code is built on, as BuildKit pulls it. */
    readonly trainingBaseForBuilds: string;
    readonly mlflow: string;
    /** `null` where the class uses an external repository of the application. */
    readonly gitServer: string | null;
  };
  readonly argo: {
    /** Address of the server, over TLS. */
    readonly serverUrl: string;
    /** Namespace of the controller and the server. */
    readonly namespace: string;
  };
  /** Namespace of the backups on a schedule. `null` where there are none. */
  readonly backupNamespace: string | null;
}

/** How the registry is reached: addresses are `host[:port][/path]`. */
export interface RegistryOutput {
  /** From pods. */
  readonly inCluster: string;
  /** From every node of the cluster. */
  readonly fromNodes: string;
  /** From the Docker daemon that builds images. */
  readonly forPushing: string;
  /** Whether it is the lab's own. */
  readonly own: boolean;
  /** Whether it speaks HTTP without TLS. */
  readonly plainHttp: boolean;
}

/** An image in the registry. */
export interface ImageOutput {
  /** What pods pull: address, name and digest. */
  readonly reference: string;
  /** `sha256:…`. */
  readonly digest: string;
}

/** Names of the WorkflowTemplates. */
export interface WorkflowTemplatesOutput {
  /** Trains a model and starts the build of its container. */
  readonly train: string;
  /** Builds the container of a model version. */
  readonly build: string;
}

/** The CronWorkflow. */
export interface ScheduleOutput {
  readonly name: string;
  /** Cron string of five fields. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  /** Whether it is suspended. */
  readonly suspended: boolean;
}

/** What one service account may do in one of the lab's namespaces. */
export interface RightOutput {
  /** Name of the Role. */
  readonly role: string;
  readonly serviceAccount: string;
  /** Where the Role is. The accounts themselves are in the lab's namespace. */
  readonly namespace: string;
  readonly rules: readonly RuleOutput[];
}

/** A rule of a Role. */
export interface RuleOutput {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** The only objects that may be touched. Left out where all may be. */
  readonly resourceNames?: readonly string[];
}

/** The workloads that keep data. */
export interface WorkloadsOutput {
  readonly mlflow: Workload<"Deployment">;
  /** `null` where MLflow has an external database. */
  readonly postgres: Workload<"StatefulSet"> | null;
}

interface Workload<Kind> {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

/** The model that training registers. */
export type RegisteredModelOutput = typeof REGISTERED_MODEL;

/** Where something answers. */
interface Addresses {
  /** Address inside the cluster. */
  readonly url: string;
  /** Address from outside the cluster. */
  readonly externalUrl: string;
}

/** The application in staging. */
export interface StagingOutput extends Addresses {
  readonly namespace: string;
  /** Name of the Deployment, which the pipeline changes. */
  readonly deployment: string;
}

/** The repository of the training code. Who pushes to it is {@link AppRepositoryOutput.username}. */
export interface TrainRepositoryOutput extends Addresses {
  /** The branch that people push to; a push to any other one but `course` and `mlops-bad` starts a run as well. */
  readonly branch: string;
}

/** The repository from which the application is built. */
export interface AppRepositoryOutput extends Addresses {
  /** The branch that is built. */
  readonly branch: string;
  /**
   * Who may push to the lab's own git server, with the password that is the stack's output `appRepositoryPassword`.
   * `null` for an external repository.
   */
  readonly username: string | null;
}

/** BuildKit, which has a pod only while something is built. */
export interface BuilderOutput {
  /** Address inside the cluster, `tcp://host:port`. Only the build's pods reach it. */
  readonly address: string;
  readonly namespace: string;
}

/** What a stack takes of a cluster. */
export interface FootprintOutput {
  /** Requests of the pods that always run. */
  readonly services: CoresAndBytes;
  /** Limits of those pods. */
  readonly limits: CoresAndBytes;
  /** Bytes of the volumes. */
  readonly volumes: number;
  /** Number of the pods that always run, with the one of the application in staging. */
  readonly pods: number;
  /** The most that one training run has set aside at the same time, its build included. */
  readonly run: CoresAndBytes & { readonly volumes: number; readonly pods: number };
  /** Number of training runs that fit at the same time. */
  readonly runsAtOnce: number;
}

/** Processor cores and bytes of memory. */
export interface CoresAndBytes {
  readonly cpu: number;
  readonly memory: number;
}

/**
 * The objects that the Kubernetes API takes, as far as this project uses them: the result of rendering, and what any
 * check of a workflow works on. Field names and meaning are those of Argo Workflows 3.7.
 *
 * Names, commands and conditions are plain, so a workflow can be judged before anything exists. Only what comes from
 * other resources, such as an image's digest, may be a value that is not known yet.
 */
import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

/** Group and version of all kinds of Argo Workflows. */
export const API_VERSION = "argoproj.io/v1alpha1";

/** Name and place of an object. */
export interface ObjectMeta {
  readonly name: string;
  /** Left out where the context says it, as in the course's text. */
  readonly namespace?: Input<string>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What runs are submitted from. */
export interface WorkflowTemplateManifest {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: "WorkflowTemplate";
  readonly metadata: ObjectMeta;
  readonly spec: WorkflowSpec;
}

/** What submits runs on a schedule. */
export interface CronWorkflowManifest {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: "CronWorkflow";
  readonly metadata: ObjectMeta;
  readonly spec: CronWorkflowSpec;
}

/** How a run ends and what it leaves behind: the part of a spec that says nothing about the steps. */
export interface LifeCycle {
  /** Seconds from the start of the run, without the time that it waited for a mutex, after which it is failed. */
  readonly activeDeadlineSeconds?: number;
  readonly ttlStrategy?: {
    /** Seconds after its end at which the run is deleted, with its pods and children. */
    readonly secondsAfterCompletion: number;
  };
  readonly podGC?: {
    readonly strategy: "OnPodCompletion" | "OnPodSuccess" | "OnWorkflowCompletion" | "OnWorkflowSuccess";
    /** Time between the end and the deletion, as a Go duration such as `8h`. Logs are gone with the pod. */
    readonly deleteDelayDuration?: string;
  };
  readonly volumeClaimGC?: { readonly strategy: "OnWorkflowCompletion" | "OnWorkflowSuccess" };
  /** Of all pods of the run. */
  readonly securityContext?: k8s.types.input.core.v1.PodSecurityContext;
}

/** A workflow: where it starts and the templates that it has. */
export interface WorkflowSpec extends LifeCycle {
  readonly entrypoint: string;
  readonly arguments?: ArgumentsManifest;
  /** The account of every template that names none itself. */
  readonly serviceAccountName: Input<string>;
  /** Secrets with which the nodes pull the images of all steps. */
  readonly imagePullSecrets?: readonly { readonly name: Input<string> }[];
  readonly synchronization?: Synchronization;
  readonly templates: readonly TemplateManifest[];
}

/** How many runs there may be at a time. */
export interface Synchronization {
  /** One holder at a time for each name; a run waits, in the order of creation, until it holds all of them. */
  readonly mutexes: readonly { readonly name: string }[];
}

/** When, and what is run then. */
export interface CronWorkflowSpec {
  /** Cron strings of five fields. */
  readonly schedules: readonly string[];
  /** IANA name. */
  readonly timezone: string;
  readonly concurrencyPolicy: "Allow" | "Forbid" | "Replace";
  /** How late a run that was missed may still start, in seconds. */
  readonly startingDeadlineSeconds: number;
  /** How many runs of each outcome are kept. */
  readonly successfulJobsHistoryLimit: number;
  readonly failedJobsHistoryLimit: number;
  readonly suspend: boolean;
  readonly workflowSpec: {
    readonly workflowTemplateRef: { readonly name: string };
    readonly arguments?: ArgumentsManifest;
  };
}

/** Parameters, declared or passed. */
export interface ArgumentsManifest {
  readonly parameters: readonly ParameterManifest[];
}

/** A parameter, declared or passed; its place says which. */
export interface ParameterManifest {
  readonly name: string;
  readonly value?: string;
  readonly default?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly valueFrom?: ValueFromManifest;
}

/** Where a parameter's value comes from. */
export interface ValueFromManifest {
  /** File in the main container. */
  readonly path: string;
  /** Value if there is none. */
  readonly default?: string;
}

/** A template, of whatever kind. */
export interface TemplateManifest {
  readonly name: string;
  readonly inputs?: ArgumentsManifest;
  readonly outputs?: ArgumentsManifest;
  readonly serviceAccountName?: Input<string>;
  /** Seconds that one pod of this template may run, its waiting for a node left out. */
  readonly activeDeadlineSeconds?: number;
  readonly retryStrategy?: RetryStrategy;
  readonly volumes?: readonly VolumeManifest[];
  // One of the following says what kind of template it is.
  readonly container?: ContainerManifest;
  readonly resource?: ResourceManifest;
  /** Groups one after the other; the steps of a group run side by side. */
  readonly steps?: readonly (readonly StepManifest[])[];
}

/** Which failed attempts are repeated, and when. */
export interface RetryStrategy {
  /** How often a failed attempt is repeated. */
  readonly limit: number;
  /** `OnError` repeats what the cluster broke (a pod deleted, an init container failed), never a verdict. */
  readonly retryPolicy: "Always" | "OnError" | "OnFailure" | "OnTransientError";
  readonly backoff?: { readonly duration: string; readonly factor: number };
}

/** A volume of a pod. */
export interface VolumeManifest {
  readonly name: string;
  readonly emptyDir: { readonly sizeLimit: string };
}

/** The main container of a pod. */
export interface ContainerManifest {
  readonly image: Input<string>;
  readonly command: readonly string[];
  readonly args?: readonly Input<string>[];
  readonly env?: readonly { readonly name: string; readonly value: Input<string> }[];
  readonly resources: k8s.types.input.core.v1.ResourceRequirements;
  readonly securityContext?: k8s.types.input.core.v1.SecurityContext;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  /** Where the message of a failed container comes from; Argo shows it as the step's. */
  readonly terminationMessagePolicy: "FallbackToLogsOnError";
}

/** What is done to an object of the cluster. */
export interface ResourceManifest extends FollowedResource {
  readonly action: "create" | "apply" | "patch" | "get" | "delete";
  /** YAML text. */
  readonly manifest: string;
}

/** What binds the outcome of a resource template to the object that it made. */
export interface FollowedResource {
  /** The object is deleted together with the run. */
  readonly setOwnerReference?: boolean;
  /** Label selectors over the object's fields. The template waits until one of the two holds. */
  readonly successCondition?: string;
  readonly failureCondition?: string;
}

/** A step: which template it runs, with what, and under which condition. */
export interface StepManifest {
  readonly name: string;
  readonly template: string;
  readonly arguments?: ArgumentsManifest;
  readonly when?: string;
}

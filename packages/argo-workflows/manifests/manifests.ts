/**
 * The rendered objects for the Kubernetes API, as far as the model has them. Field names and meaning are those of Argo
 * Workflows 3.7.
 *
 * Names, commands and conditions are plain strings, so a workflow can be checked before anything exists. Only what other
 * resources yield, such as an image's digest, may be an Output.
 */
import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { ArgumentsManifest, TemplateManifest } from "./template-manifests";

/** Group and version of all kinds of Argo Workflows. */
export const API_VERSION = "argoproj.io/v1alpha1";

/** Name and namespace of an object. */
export interface ObjectMeta {
  readonly name: string;
  /** @default the namespace in which it is created */
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
  /** Of all pods of the run. */
  readonly securityContext?: k8s.types.input.core.v1.PodSecurityContext;
}

/** A workflow: where it starts and the templates that it has. */
export interface WorkflowSpec extends LifeCycle {
  /** What every run carries, however it was started. */
  readonly workflowMetadata?: {
    readonly labelsFrom: Readonly<Record<string, { readonly expression: string }>>;
  };
  readonly entrypoint: string;
  /** The template that runs when the rest has ended, however it has ended. */
  readonly onExit?: string;
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

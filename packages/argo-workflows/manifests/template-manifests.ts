/** Templates as the Kubernetes API takes them: the other parts of a workflow are in `manifests.ts`. */
import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

/** Parameters and artifacts, declared or passed. */
export interface ArgumentsManifest {
  readonly parameters?: readonly ParameterManifest[];
  readonly artifacts?: readonly ArtifactManifest[];
}

/** An artifact: declared among inputs or outputs, or passed as an argument. */
export interface ArtifactManifest {
  readonly name: string;
  /** File or folder in the main container. */
  readonly path?: string;
  /** The artifact that is passed. */
  readonly from?: string;
  readonly optional?: true;
}

/** A parameter: declared among inputs or outputs, or passed as an argument. */
export interface ParameterManifest {
  readonly name: string;
  readonly value?: Input<string>;
  readonly default?: Input<string>;
  readonly enum?: readonly string[];
  readonly description?: string;
  /** Of an output: under which name the run itself has it. */
  readonly globalName?: string;
  readonly valueFrom?: ValueFromManifest;
}

/** Where a parameter's value comes from. */
export interface ValueFromManifest {
  /** File in the main container. */
  readonly path?: string;
  /** Field of the object that a resource template acts on. */
  readonly jsonPath?: string;
  /** Value if there is none. */
  readonly default?: string;
}

/** A template, of whatever kind. */
export interface TemplateManifest {
  readonly name: string;
  /** Of the template's pods. */
  readonly metadata?: PodMetadata;
  readonly inputs?: ArgumentsManifest;
  readonly outputs?: ArgumentsManifest;
  readonly serviceAccountName?: Input<string>;
  /** Seconds that one pod of this template may run, its waiting for a node left out. */
  readonly activeDeadlineSeconds?: number;
  readonly retryStrategy?: RetryStrategy;
  readonly volumes?: readonly VolumeManifest[];
  // One of the following says what kind of template it is.
  readonly container?: ContainerManifest;
  readonly containerSet?: ContainerSetManifest;
  readonly script?: ScriptManifest;
  readonly resource?: ResourceManifest;
  readonly suspend?: SuspendManifest;
  /** Groups one after the other; the steps of a group run side by side. */
  readonly steps?: readonly (readonly StepManifest[])[];
  readonly dag?: { readonly tasks: readonly TaskManifest[] };
}

/** What pods carry besides what Argo gives them. */
export interface PodMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Which failed attempts are repeated, and when. */
export interface RetryStrategy {
  /** How often a failed attempt is repeated. */
  readonly limit: number;
  /** `OnError` repeats what the cluster broke (a pod deleted, an init container failed), never a verdict. */
  readonly retryPolicy: "Always" | "OnError" | "OnFailure" | "OnTransientError";
  readonly backoff?: { readonly duration: string; readonly factor: number };
}

/** A volume of a pod: one of its kinds. */
export interface VolumeManifest {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit: string };
  readonly secret?: {
    readonly secretName: Input<string>;
    /** Only these keys, as these files. */
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
}

/** Where a volume appears in a container. */
export interface VolumeMountManifest {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: true;
}

/** A variable of a container: its value, or where it comes from. */
export interface VariableManifest {
  readonly name: string;
  readonly value?: Input<string>;
  readonly valueFrom?: {
    readonly secretKeyRef: { readonly name: Input<string>; readonly key: string };
  };
}

/** The main container of a pod. */
export interface ContainerManifest {
  readonly image: Input<string>;
  readonly command: readonly string[];
  readonly args?: readonly Input<string>[];
  readonly env?: readonly VariableManifest[];
  readonly resources: k8s.types.input.core.v1.ResourceRequirements;
  readonly securityContext?: k8s.types.input.core.v1.SecurityContext;
  readonly volumeMounts?: readonly VolumeMountManifest[];
  /** Where the message of a failed container comes from; Argo shows it as the step's. */
  readonly terminationMessagePolicy: "FallbackToLogsOnError";
}

/** Containers of one pod. */
export interface ContainerSetManifest {
  /** What every container mounts. */
  readonly volumeMounts?: readonly VolumeMountManifest[];
  readonly containers: readonly SetContainerManifest[];
}

/** A container of a set, with the names of those that must have succeeded before its program starts. */
export interface SetContainerManifest extends ContainerManifest {
  readonly name: string;
  readonly dependencies?: readonly string[];
}

/** A container whose program stands in the workflow. */
export interface ScriptManifest extends Omit<ContainerManifest, "args"> {
  /** The program; the command gets it as a file. */
  readonly source: string;
}

/** A pause. */
export interface SuspendManifest {
  /** Seconds after which the run goes on by itself. */
  readonly duration?: string;
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

/** A task: a step that says itself what it waits for. */
export interface TaskManifest extends StepManifest {
  readonly dependencies?: readonly string[];
}

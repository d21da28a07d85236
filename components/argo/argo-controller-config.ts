import { stringify } from "yaml";
import type { Resources } from "../sizes";
import { RUN_COLUMNS, type RunPages, runLinks } from "./run-links";
import { STEP_CONTAINER, lifeCycle } from "./workflow-policy";

/** User of the images of Argo Workflows. */
export const ARGO_USER = 8737;

/**
 * An API server whose etcd cannot write, as on a full disk, answers after a minute that it does not know. Argo would end the run;
 * so it asks again. Only what Argo asks itself begins with this: of `kubectl create`, which a step uses to start a run, the
 * message begins otherwise, and a second try could start a second run.
 */
export const PATIENT_WITH_API_SERVER = {
  name: "TRANSIENT_ERROR_PATTERN",
  value: "^the server was unable to return a response in the time allotted",
} as const;

/** Seconds after which a run is ended whose template says nothing about it. */
const DEFAULT_DEADLINE = 3600;

/** What Argo's own containers are given: one before each step's, and one beside it. */
export const EXECUTOR_RESOURCES: Resources = {
  requests: { cpu: "10m", memory: "64Mi" },
  limits: { cpu: "500m", memory: "256Mi" },
};

/** What a step's container is given where its template is silent. */
export const MAIN_CONTAINER_RESOURCES: Resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};

/** What the configuration of Argo's controller follows from. */
export interface ControllerConfigurationArgs {
  /** Maximum number of runs at the same time in a namespace. @default any number */
  readonly namespaceParallelism?: number;
  /** Where a person finds what runs make. @default no run's page leads there */
  readonly pages?: RunPages | undefined;
}

/**
 * The configuration of Argo's controller, as YAML. The names of its members are those of Argo Workflows 3.7, which
 * refuses to start if it finds one that it does not know.
 */
export function controllerConfiguration(args: ControllerConfigurationArgs = {}): string {
  const { namespaceParallelism, pages } = args;
  return stringify(
    {
      // For templates that people add to the lab; the lab's own say all of this themselves.
      workflowDefaults: {
        // The lab's own runs claim no volumes.
        spec: { ...lifeCycle(DEFAULT_DEADLINE), volumeClaimGC: { strategy: "OnWorkflowCompletion" } },
      },
      // A run is made from a template of the namespace, with other arguments at most. This keeps mistakes out, and not
      // people who mean harm: a run that already has a stored template in its status executes that one. In a class,
      // admission refuses such a status. In a lab, what bounds a run is the namespace.
      workflowRestrictions: { templateReferencing: "Strict" },
      // Argo's own containers in each pod. The namespace admits none without these limits, and the official image
      // names no user. The file system stays writable: a manifest that is to be applied is put into /tmp.
      executor: {
        securityContext: {
          ...STEP_CONTAINER,
          runAsNonRoot: true,
          runAsUser: ARGO_USER,
          seccompProfile: { type: "RuntimeDefault" },
        },
        resources: EXECUTOR_RESOURCES,
        env: [PATIENT_WITH_API_SERVER],
      },
      // What a step's container gets where its template is silent.
      mainContainer: {
        securityContext: STEP_CONTAINER,
        resources: MAIN_CONTAINER_RESOURCES,
      },
      // One student's runs do not take all of the controller's attention. A run that waits for another, as a training
      // does for its build, counts too: with as many trainings as this, none of their builds could begin.
      ...(namespaceParallelism === undefined ? {} : { namespaceParallelism }),
      // What Argo's page shows of a run.
      links: runLinks(pages),
      columns: RUN_COLUMNS,
      // Nothing in the lab collects them.
      metricsConfig: { enabled: false },
    },
    { aliasDuplicateObjects: false, lineWidth: 0, sortMapEntries: true },
  );
}

/**
 * What runs carry for the eyes of people, and the links that Argo's page makes of it. The page replaces `${…}` by fields
 * of the run, an absent one by nothing. No address comes from a run: whoever submits one could lead others anywhere.
 */

/** Of a training: the parameter of that name. */
export const SCENARIO_LABEL = "gourmetgram/scenario";
/** Of a training, and of the build that it started: the training's name. */
export const TRAINING_LABEL = "gourmetgram/training";
/** Of a build: the version that it is of. */
export const MODEL_VERSION_LABEL = "gourmetgram/model-version";

/** Where a browser finds what runs make. */
export interface RunPages {
  /** Address of the registered model in MLflow, without a slash at its end. @default no run's page leads there */
  readonly model?: string | undefined;
  /** Address of the application in staging. */
  readonly staging: string;
}

/** A link on the page of a run. */
export interface RunLink {
  readonly name: string;
  readonly scope: "workflow";
  readonly url: string;
}

const link = (name: string, url: string): RunLink => ({ name, scope: "workflow", url });
const RUNS = "/workflows/${metadata.namespace}";
/** A training has the version as its only output, a build as a label. */
const VERSION = `\${workflow.status.outputs.parameters.0.value}\${workflow.metadata.labels.${MODEL_VERSION_LABEL}}`;

/**
 * The links of every run's page: to the other run of its delivery, and to what both have made. Their names are short,
 * since they are buttons beside nine others. A build is found by its version, a training by its name, which both have as a
 * label. The page hides no link, so each leads somewhere from every run: `Training` from a training to itself, however it
 * was started, and from a build that was submitted by itself to the list of all runs.
 *
 * @param pages Left out in a class, where students reach those by port-forwards, each at other addresses.
 */
export const runLinks = (pages: RunPages | undefined): RunLink[] => [
  link("Build", `${RUNS}?label=${encodeURIComponent(`${MODEL_VERSION_LABEL}=`)}${VERSION}`),
  link("Training", `${RUNS}/\${workflow.metadata.labels.${TRAINING_LABEL}}`),
  ...(pages?.model === undefined ? [] : [link("Model", `${pages.model}/versions/${VERSION}`)]),
  ...(pages === undefined ? [] : [link("Staging", pages.staging)]),
];

/** Columns that the list of runs has beside Argo's own. */
export const RUN_COLUMNS = [
  // Argo itself sets these two.
  { name: "Schedule", type: "label", key: "workflows.argoproj.io/cron-workflow" },
  { name: "Event", type: "label", key: "workflows.argoproj.io/workflow-event-binding" },
  { name: "Scenario", type: "label", key: SCENARIO_LABEL },
  { name: "Model version", type: "label", key: MODEL_VERSION_LABEL },
] as const;

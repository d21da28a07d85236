import type { LabOutputs } from "../../../stacks";
import { productsOf, verdictOf } from "../runs/outcome";
import { failedSteps, hasEnded, stepsOf } from "../runs/run-steps";
import type { VersionRecord } from "../services/mlflow";
import type { Family } from "../workflows/family";
import { TITLE } from "../workflows/training";
import { argumentOf, isOver, nameOf, outputOf, type Workflow } from "../workflows/workflow";
import type { Delivery, DeliveredModel, DeliveryRun, Place } from "./delivery";
import type { Unanswered } from "./sources";
import type { StagingState } from "./staging-state";

/** What MLflow knows of a delivery. */
export interface ModelFacts {
  /** The version by each alias. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Undefined where MLflow does not have the version. */
  readonly version: VersionRecord | undefined;
  /** Tags of the run that made the version. */
  readonly training: ReadonlyMap<string, string>;
}

/** What was found out. */
export interface Facts {
  /** As Argo has it; undefined where Argo does not have the run, or did not answer. */
  readonly family: Family | undefined;
  /** Undefined where MLflow did not answer. */
  readonly model: ModelFacts | undefined;
  readonly staging: StagingState;
  readonly unanswered: readonly Unanswered[];
}

/** Puts together what was found out. */
export function deliveryOf({ family, model, staging, unanswered }: Facts, outputs: LabOutputs): Delivery {
  const found = family === undefined ? fromMlflow(model) : fromArgo(family, model, outputs);
  const { build } = found.run ?? {};
  const { serves, rollsOut } = staging;
  return {
    run: found.run,
    training: found.training,
    model: found.version === null ? null : modelOf(found.version, model, outputs),
    aliases: model === undefined ? null : Object.fromEntries(model.aliases),
    application: { commit: found.commit },
    image: found.image,
    staging: {
      url: outputs.staging.externalUrl,
      serves,
      rollsOut,
      ofThisRun: build != null && serves?.workflow === build.name,
    },
    prediction: found.prediction,
    at: family === undefined ? [] : placesOf(family),
    unanswered: [...unanswered, ...staging.unanswered],
  };
}

/** What Argo knows where it has the run, else MLflow. */
interface Found extends Pick<Delivery, "run" | "training" | "image" | "prediction"> {
  readonly version: string | null;
  readonly commit: string | null;
}

function fromArgo(family: Family, model: ModelFacts | undefined, outputs: LabOutputs): Found {
  const { run } = family;
  const products = productsOf(family);
  const image = outputOf(run, "training-image", "image") ?? products.trainingImage;
  // A build that was submitted by itself knows no training: its version does.
  const commit = outputOf(run, "training-image", "commit") ?? argumentOf(run, "commit");
  return {
    run: runOf(family, outputs),
    training: {
      commit: known(commit) ?? known(model?.training.get("training_commit")),
      branch: known(argumentOf(run, "branch")),
      image: known(image) ?? known(model?.training.get("training_image")),
    },
    version: known(products.modelVersion),
    commit: known(products.commit),
    prediction: known(products.prediction),
    image:
      products.imageDigest === undefined
        ? null
        : { digest: products.imageDigest, reference: known(products.image) },
  };
}

function fromMlflow(model: ModelFacts | undefined): Found {
  const { version, training } = model ?? {};
  const build = known(version?.tags.get("workflow"));
  const name = known(training?.get("workflow")) ?? build;
  const digest = known(version?.tags.get("image_digest"));
  return {
    run:
      name === null
        ? null
        : {
            name,
            verdict: null,
            trigger: null,
            title: null,
            started: null,
            ended: null,
            url: null,
            build: build === null ? null : { name: build, url: null },
          },
    training: {
      commit: known(training?.get("training_commit")),
      branch: null,
      image: known(training?.get("training_image")),
    },
    version: version?.version ?? null,
    commit: known(version?.tags.get("application_commit")),
    prediction: null,
    image: digest === null ? null : { digest, reference: known(version?.tags.get("image")) },
  };
}

function runOf(family: Family, outputs: LabOutputs): DeliveryRun {
  const { run } = family;
  const { labels = {}, annotations = {}, creationTimestamp } = run.metadata;
  const build = buildOf(family, outputs);
  const urlOf = (each: Workflow): string =>
    `${outputs.argoServerUrl}/workflows/${outputs.namespace}/${nameOf(each)}`;
  return {
    name: nameOf(run),
    verdict: verdictOf(family),
    trigger: labels["gourmetgram.dev/trigger"] ?? labels["workflows.argoproj.io/cron-workflow"] ?? null,
    title: annotations[TITLE] ?? null,
    started: creationTimestamp === undefined ? null : new Date(creationTimestamp).toISOString(),
    ended: known(run.status?.finishedAt),
    url: urlOf(run),
    build: build === undefined ? null : { name: nameOf(build), url: urlOf(build) },
  };
}

/** The last one, where a training was retried; a build that was submitted by itself is its own. */
function buildOf({ run, children }: Family, { workflowTemplates }: LabOutputs): Workflow | undefined {
  return run.spec.workflowTemplateRef?.name === workflowTemplates.build ? run : children.at(-1);
}

function modelOf(version: string, model: ModelFacts | undefined, outputs: LabOutputs): DeliveredModel {
  return {
    version,
    url: `${outputs.mlflowExternalUrl}/#/models/${outputs.registeredModel.name}/versions/${version}`,
    registered: model === undefined ? null : model.version !== undefined,
  };
}

/** The steps that are the reason for a failure, those that go on, or the gate. */
function placesOf(family: Family): Place[] {
  const { run, children } = family;
  const verdict = verdictOf(family);
  if (verdict === "succeeded") return [];
  if (verdict === "stopped-by-gate") {
    const message = "the model failed its tests, so nothing was registered or built";
    return [{ run: nameOf(run), step: "run-training", message }];
  }
  const build = children.at(-1);
  // The step that waits for a build says less than the build.
  const inner = verdict === "running" && build !== undefined && !isOver(build) ? build : run;
  const steps =
    verdict === "failed"
      ? failedSteps({ run, children: children.slice(-1) })
      : stepsOf(inner).filter((step) => !hasEnded(step));
  if (steps.length === 0) {
    const message = inner.status?.message ?? (verdict === "failed" ? "no message" : "not yet seen by Argo");
    return [{ run: nameOf(inner), step: "", message }];
  }
  return steps.map((step) => ({ run: step.run, step: step.name, message: step.message ?? "" }));
}

/** The text; null where there is none. */
function known(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}

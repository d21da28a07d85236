import type { LabOutputs } from "../../../stacks";
import { MlflowError, type VersionRecord } from "../services/mlflow";
import { type Family, familyOf } from "../workflows/family";
import { productsOf } from "../runs/outcome";
import { createdAt, isOver, nameOf, type Workflow } from "../workflows/workflow";
import { deliveryOf, type ModelFacts } from "./assembly";
import type { Delivery } from "./delivery";
import { ask, type DeliverySources, type ModelRegistry, unansweredOf } from "./sources";
import { stagingState } from "./staging-state";

/**
 * Finds the last delivery: that of the newest run, or of the newest version where Argo has deleted its run since.
 * Argo, MLflow and staging are asked at the same time; what did not answer is told in the delivery.
 *
 * @param of The run whose delivery it is to be. @default the last one
 */
export async function findDelivery(
  sources: DeliverySources,
  outputs: LabOutputs,
  of?: Family,
): Promise<Delivery> {
  const { name } = outputs.registeredModel;
  const [runs, newest, staging] = await Promise.all([
    ask("argo", async () => (of === undefined ? (await sources.argo()).workflows() : [])),
    ask("mlflow", async () => newestOf(await sources.mlflow(), name)),
    stagingState(sources, outputs),
  ]);
  const family =
    of ??
    (runs.answered ? lastOf(runs.value, newest.answered ? newest.value : undefined, outputs) : undefined);
  const model = newest.answered
    ? await ask("mlflow", async () => factsOf(await sources.mlflow(), name, newest.value, family))
    : newest;
  const unanswered = unansweredOf([runs, model]);
  return deliveryOf(
    { family, model: model.answered ? model.value : undefined, staging, unanswered },
    outputs,
  );
}

/** The facts of the newest version. */
async function newestOf(mlflow: ModelRegistry, name: string): Promise<ModelFacts> {
  const [aliases, version] = await Promise.all([mlflow.aliases(name), mlflow.newestVersion(name)]);
  return { aliases, version, training: await trainingOf(mlflow, version) };
}

/** The facts of the version of a run; of the newest one where there is no run. */
async function factsOf(
  mlflow: ModelRegistry,
  name: string,
  newest: ModelFacts,
  family: Family | undefined,
): Promise<ModelFacts> {
  if (family === undefined) return newest;
  const number = productsOf(family).modelVersion;
  if (number !== undefined && number === newest.version?.version) return newest;
  const version =
    number === undefined || number === "" ? undefined : await orNone(mlflow.version(name, number));
  return { aliases: newest.aliases, version, training: await trainingOf(mlflow, version) };
}

async function trainingOf(
  mlflow: ModelRegistry,
  version: VersionRecord | undefined,
): Promise<ReadonlyMap<string, string>> {
  const none = new Map<string, string>();
  return version?.runId === undefined ? none : ((await orNone(mlflow.runTags(version.runId))) ?? none);
}

/** What MLflow has; undefined where it was deleted. */
async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MlflowError && error.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
    throw error;
  }
}

/**
 * The newest run that trains, or that builds without a training. Undefined where there is none, or where the newest
 * version was trained after its end by a run that is gone.
 */
function lastOf(
  all: readonly Workflow[],
  newest: ModelFacts | undefined,
  outputs: LabOutputs,
): Family | undefined {
  const { train, build } = outputs.workflowTemplates;
  const last = all
    .filter(({ spec: { workflowTemplateRef: template }, metadata: { ownerReferences = [] } }) => {
      const isChild = ownerReferences.some(({ kind }) => kind === "Workflow");
      return template?.name === train || (template?.name === build && !isChild);
    })
    .sort((a, b) => createdAt(a) - createdAt(b))
    .at(-1);
  if (last === undefined) return undefined;
  const trainedBy = newest?.training.get("workflow");
  const isGone = trainedBy !== undefined && !all.some((run) => nameOf(run) === trainedBy);
  const ended = Date.parse(last.status?.finishedAt ?? "");
  if (isGone && isOver(last) && (newest?.version?.registered ?? 0) > ended) return undefined;
  return familyOf(nameOf(last), all);
}

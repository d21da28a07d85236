import { randomBytes } from "node:crypto";
import type { LabOutputs } from "../components/outputs";
import { engineIsInstalled } from "../lab/pulumi/engine";
import { stackOutputs } from "../lab/pulumi/stack";
import { stackName } from "../lab/stack-settings";
import { Argo } from "./argo";
import { clusterConfig, requireAnswer } from "../lab/pulumi/cluster";
import { type Cluster, clusterOf } from "./cluster";
import { Mlflow } from "./mlflow";
import { labOutputs } from "./outputs";
import { TrainingRuns } from "./training-runs";

/** A live lab, with everything that the checks talk to. */
export interface Lab {
  /** Names what this verification creates, so that it can be found and removed: eight hexadecimal digits. */
  readonly id: string;
  readonly outputs: LabOutputs;
  /** The outputs as Pulumi prints them, without secrets. */
  readonly outputsText: string;
  /** The cluster, with the rights of whoever stood up the lab. */
  readonly cluster: Cluster;
  /** Argo's objects of the lab's namespace, with the same rights. */
  readonly argo: Argo;
  readonly mlflow: Mlflow;
  /** The runs of this verification. */
  readonly runs: TrainingRuns;
}

/**
 * Finds the lab by the stack's outputs.
 *
 * @throws Error with a remedy if there is no lab, or if its cluster does not answer
 */
export async function openLab(): Promise<Lab> {
  const found = engineIsInstalled() ? await stackOutputs() : undefined;
  if (found === undefined) throw new Error(`there is no stack ${stackName}\n  remedy: npm run up`);
  const outputs = labOutputs(found);
  const config = await clusterConfig();
  await requireAnswer(config);
  const cluster = clusterOf(config);
  const id = randomBytes(4).toString("hex");
  const argo = new Argo(cluster, outputs.namespace);
  const mlflow = new Mlflow(outputs.mlflowExternalUrl);
  return {
    id,
    outputs,
    outputsText: JSON.stringify(found, null, 2),
    cluster,
    argo,
    mlflow,
    runs: new TrainingRuns({ id, outputs, cluster, argo, mlflow }),
  };
}

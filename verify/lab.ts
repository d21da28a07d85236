import { randomBytes } from "node:crypto";
import type { LabOutputs } from "../components/outputs";
import { findLab } from "../lab/pulumi/live-lab";
import { Argo } from "../lab/workflows/argo";
import { type Cluster, clusterOf } from "../lab/workflows/cluster";
import { Mlflow } from "./mlflow";
import { StagingService } from "./staging-service";
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
  /** The application that serves in staging, from outside the cluster. */
  readonly staging: StagingService;
  /** The runs of this verification. */
  readonly runs: TrainingRuns;
}

/**
 * Finds the lab by the stack's outputs.
 *
 * @throws Error with a remedy if there is no lab, or if its cluster does not answer
 */
export async function openLab(): Promise<Lab> {
  const { outputs, outputsText, config } = await findLab();
  const cluster = clusterOf(config);
  const parts = {
    id: randomBytes(4).toString("hex"),
    outputs,
    cluster,
    argo: new Argo(cluster, outputs.namespace),
    mlflow: new Mlflow(outputs.mlflowExternalUrl),
    staging: new StagingService(outputs.staging.externalUrl),
  };
  return { ...parts, outputsText, runs: new TrainingRuns(parts) };
}

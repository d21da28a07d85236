import type { KubeConfig } from "@kubernetes/client-node";
import type { LabOutputs } from "../../../stacks";
import { Argo } from "../../live/workflows/argo";
import { type Cluster, clusterOf } from "../../live/api-clients";
import { Mlflow } from "../../live/services/mlflow";
import { StagingService } from "../../live/services/staging-service";

/** The parts of a live lab that a verification talks to. */
export interface LabParts {
  /** Names what this verification creates, so that it can be found and removed: eight hexadecimal digits. */
  readonly id: string;
  /** With addresses that lead there from this machine. */
  readonly outputs: LabOutputs;
  /** The cluster, with the rights of whoever stood up the lab. */
  readonly cluster: Cluster;
  /** Argo's objects of the lab's namespace, with the same rights. */
  readonly argo: Argo;
  readonly mlflow: Mlflow;
  /** The application that serves in staging, from outside the cluster. */
  readonly staging: StagingService;
}

/** Everything but the name of the verification. @param outputs With addresses that lead there from this machine. */
export function partsOf(outputs: LabOutputs, config: KubeConfig): Omit<LabParts, "id"> {
  const cluster = clusterOf(config);
  return {
    outputs,
    cluster,
    argo: new Argo(cluster, outputs.namespace),
    mlflow: new Mlflow(outputs.mlflowExternalUrl),
    staging: new StagingService(outputs.staging.externalUrl),
  };
}

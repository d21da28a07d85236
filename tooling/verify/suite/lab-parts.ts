import type { LabOutputs } from "../../../stacks";
import type { Argo } from "../../live/workflows/argo";
import type { Cluster } from "../../live/api-clients";
import type { Mlflow } from "../../live/services/mlflow";
import type { StagingService } from "../../live/services/staging-service";

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

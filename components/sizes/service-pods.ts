/** What the pods of a lab's services are given, as Kubernetes counts it. */
import { type Amounts, podAmounts } from "./amounts";
import type { LabSize } from "./lab-size";

/** The pods that a lab has while nothing is trained. */
export function servicePods(size: LabSize): Record<"mlflow" | "postgres" | "gitServer" | "staging", Amounts> {
  const { mlflow, postgres, gitServer, staging } = size;
  return {
    mlflow: podAmounts([mlflow.server], [mlflow.prepareDatabase]),
    postgres: podAmounts([postgres]),
    gitServer: podAmounts([gitServer.server], [gitServer.seed]),
    staging: podAmounts([staging]),
  };
}

import type { V1Deployment } from "@kubernetes/client-node";
import { MLFLOW_NAME, mlflowVersion, VERSION_LABEL } from "../../components/mlflow";
import { type Inspection, warned } from "../preflight/finding";

/**
 * Whether another MLflow than the one that runs is about to work on its database. It changes the tables where it is newer,
 * and MLflow has no way back from that: this is to be known before it begins.
 */
export const mlflowUpgrade: Inspection = async ({ config, cluster }) => {
  if (config.scope === "base") return [];
  const { namespace, mlflowDatabaseUri } = config;
  const server = await cluster.read<V1Deployment>({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name: MLFLOW_NAME,
  });
  const before = server?.metadata?.labels?.[VERSION_LABEL];
  const after = mlflowVersion();
  if (before === undefined || before === after) return [];
  return [
    warned(
      `MLflow goes from ${before} to ${after}, which may change the tables of its database: ` +
        `MLflow ${before} would not read it any more`,
      mlflowDatabaseUri === undefined
        ? "go on: the database is copied first, and docs/how-to/update.md has the way back"
        : "make a backup of the database first: it is not the lab's own, so no copy is made",
    ),
  ];
};

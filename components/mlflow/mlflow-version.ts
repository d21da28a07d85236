import { readFileSync } from "node:fs";

/** The label of MLflow's Deployment with the version that runs there, in the vocabulary that Kubernetes recommends. */
export const VERSION_LABEL = "app.kubernetes.io/version";

/** The version of MLflow in its image, which the image's list of packages names. */
export function mlflowVersion(): string {
  const packages = readFileSync("images/mlflow/requirements.txt", "utf8");
  const version = /^mlflow==([\w.]+)/m.exec(packages)?.[1];
  if (version === undefined) throw new Error("images/mlflow/requirements.txt has no line mlflow==VERSION");
  return version;
}

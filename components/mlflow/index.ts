/** MLflow, its database, and the model that is registered there. */
export { MLFLOW_NAME, MLFLOW_PORT } from "./mlflow-access";
export { Mlflow } from "./mlflow";
export { mlflowVersion, VERSION_LABEL } from "./mlflow-version";
export type { MlflowS3 } from "./mlflow-pod";
export { POSTGRES_NAME, POSTGRES_PORT, Postgres, databasePort, externalDatabase } from "./postgres";
export { REGISTERED_MODEL } from "./registered-model";

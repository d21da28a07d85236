import * as check from "../values/checks";
import { lab, labAndStudent } from "./scopes";

export const MLFLOW = {
  mlflowServiceType: lab.optionalChoice(
    "Type of MLflow's Service. NodePort, LoadBalancer or ClusterIP. Empty for NodePort where externalHost is this " +
      "machine, and ClusterIP elsewhere: MLflow has no log-in, and who reaches it runs code in staging.",
    ["NodePort", "LoadBalancer", "ClusterIP"],
    "NodePort",
  ),
  mlflowNodePort: lab.nodePort("Node port of MLflow. Ignored with the other types.", 30800),
  mlflowExternalIps: lab.list(
    "IP addresses of nodes at which MLflow's Service also answers, on port 8000.",
    "203.0.113.7",
    check.ipAddress,
  ),
  mlflowAllowedHosts: labAndStudent.list(
    "Further host names under which MLflow accepts requests.",
    "mlflow.example.org",
    check.hostPattern,
  ),
  mlflowStorage: labAndStudent.volume(
    "Size of the artifacts' volume. Ignored with mlflowArtifactRoot.",
    "10Gi",
  ),
  mlflowDatabaseUri: labAndStudent.secret(
    "URI of a PostgreSQL database to use in place of the lab's own, such as " +
      "postgresql://user:password@host:5432/database. In a class, {student} in it " +
      "stands for the student's name: each needs a database of their own.",
    check.databaseUri,
  ),
  mlflowArtifactRoot: labAndStudent.optional(
    "Place in S3 for the artifacts, as s3://bucket/path, in a class with a folder for each student in " +
      "it. Empty for a volume.",
    "s3://bucket/mlflow",
    check.s3Uri,
  ),
  mlflowS3Endpoint: labAndStudent.optional(
    "Address of an S3 service that is not Amazon's, such as https://s3.example.org.",
    "https://s3.example.org",
    check.httpUrl,
  ),
  mlflowS3AccessKeyId: labAndStudent.secret(
    "Access key for S3. Needs mlflowS3SecretAccessKey. Empty where the ServiceAccount mlflow may use the " +
      "bucket by a workload identity of the cloud.",
  ),
  mlflowS3SecretAccessKey: labAndStudent.secret("Secret key for S3. Needs mlflowS3AccessKeyId."),
  postgresStorage: labAndStudent.volume("Size of the database's volume.", "5Gi"),
};

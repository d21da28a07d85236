/** Students of a class that is up. */
import type { Service, Shared, Student } from "../../tooling/verify/isolation/students/student";
import { OUTPUTS } from "./lab-outputs";

export const SHARED: Shared = {
  registry: { host: "registry.kube-system.svc.cluster.local", port: 5000 },
  apiServer: "10.215.0.1",
  node: "10.214.0.1",
};

/**
 * A student whose services are at addresses of their own.
 *
 * @param number From 1; the third part of the addresses.
 */
export function studentNamed(name: string, number: number): Student {
  const namespace = `gourmetgram-${name}`;
  const staging = `${namespace}-staging`;
  const build = `${namespace}-build`;
  const service = (what: string, app: string, port: number, last: number, where = namespace): Service => ({
    what,
    host: `${app}.${where}.svc.cluster.local`,
    port,
    addresses: [`10.215.${number}.${last}`, `10.214.${number}.${last}`],
  });
  const services = {
    mlflow: service("MLflow", "mlflow", 8000, 1),
    postgres: service("Postgres", "mlflow-postgres", 5432, 2),
    git: service("git server", "app-repository", 8080, 3),
    application: service("application in staging", "gourmetgram", 8000, 4, staging),
  };
  return {
    name,
    outputs: {
      ...OUTPUTS,
      namespace,
      mlflowUrl: `http://mlflow.${namespace}.svc.cluster.local:8000`,
      staging: { ...OUTPUTS.staging, namespace: staging },
      builder: { address: `tcp://buildkitd.${build}.svc.cluster.local:1234`, namespace: build },
    },
    kubeconfig: "",
    registryUser: { username: name, password: `${name}s-password` },
    pushPassword: `${name}s-push-password`,
    services,
    builder: service("BuildKit", "buildkitd", 1234, 5, build),
    mlflowPod: `mlflow-${name}`,
    secret: `mlflow-credentials-${name}`,
    pipelineImage: `localhost:30500/gourmetgram-pipeline@sha256:${"9".repeat(64)}`,
    blob: `sha256:${String(number).repeat(64)}`,
  };
}

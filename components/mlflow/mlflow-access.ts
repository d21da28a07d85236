/** The hosts under which MLflow accepts requests, and its address outside the cluster. */
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { hostInUrl, serviceHost } from "../kubernetes";

/** Name of MLflow's Deployment and Service. The course's commands contain it, so it is not generated. */
export const MLFLOW_NAME = "mlflow";

/** Port of MLflow, in the container and of its Service. */
export const MLFLOW_PORT = 8000;

/** The way to MLflow from outside the cluster. */
export interface MlflowExposure {
  /** Type of the Service. */
  readonly type: "NodePort" | "LoadBalancer" | "ClusterIP";
  /** Node port, from 30000 to 32767. @default one that the cluster chooses; unused with the other types */
  readonly nodePort?: number;
  /** Host name or IP address of a node, as seen from outside. */
  readonly host: string;
  /** IP addresses of nodes at which the Service also answers, on MLflow's own port. */
  readonly externalIps: readonly string[];
  /** Further host names under which MLflow accepts requests; a leading `*.` matches all subdomains. */
  readonly allowedHosts: readonly string[];
}

/**
 * MLflow's host allow-list. A request with another `Host` is refused: it may come from a page in a student's browser
 * that was made to send it (DNS rebinding).
 *
 * @returns Each host with and without a port, joined by commas.
 */
export function allowedHosts(
  name: string,
  namespace: pulumi.Input<string>,
  exposure: MlflowExposure,
  service: k8s.core.v1.Service,
): pulumi.Output<string> {
  const known = [
    name,
    pulumi.interpolate`${name}.${namespace}`,
    pulumi.interpolate`${name}.${namespace}.svc`,
    serviceHost(name, namespace),
    "localhost",
    "127.0.0.1",
    exposure.host,
    ...exposure.externalIps,
    ...exposure.allowedHosts,
  ];
  return pulumi.all([pulumi.all(known), balancer(exposure, service)]).apply(([hosts, balanced]) => {
    const unique = new Set([...hosts, ...(balanced === undefined ? [] : [balanced])].map(hostInUrl));
    return [...unique].flatMap((host) => [host, `${host}:*`]).join(",");
  });
}

/** MLflow's address from outside the cluster. */
export function externalUrl(exposure: MlflowExposure, service: k8s.core.v1.Service): pulumi.Output<string> {
  const [externalIp] = exposure.externalIps;
  return balancer(exposure, service).apply((balanced) => {
    if (exposure.type === "NodePort" && exposure.nodePort !== undefined) {
      return `http://${hostInUrl(exposure.host)}:${exposure.nodePort}`;
    }
    // Without either, `kubectl port-forward service/mlflow 8000` makes one.
    return `http://${hostInUrl(balanced ?? externalIp ?? "localhost")}:${MLFLOW_PORT}`;
  });
}

/**
 * The origins of the pages that may change something in MLflow, its own: without them it refuses what a browser sends from
 * any other address than localhost (MLflow 3.17, `server/security_utils.py`). Others at the same host are not among them,
 * such as the application in staging.
 *
 * @returns The origins, joined by commas.
 */
export function allowedOrigins(
  exposure: MlflowExposure,
  service: k8s.core.v1.Service,
): pulumi.Output<string> {
  const others = [
    ...exposure.externalIps.map((ip) => `http://${hostInUrl(ip)}:${MLFLOW_PORT}`),
    // Behind a proxy of the cluster's.
    ...exposure.allowedHosts.flatMap((host) => [`https://${hostInUrl(host)}`, `http://${hostInUrl(host)}`]),
  ];
  return externalUrl(exposure, service).apply((url) => [...new Set([url, ...others])].join(","));
}

/** The load balancer's IP address or host name; `undefined` where the Service has none. */
function balancer(exposure: MlflowExposure, service: k8s.core.v1.Service): pulumi.Output<string | undefined> {
  return exposure.type === "LoadBalancer"
    ? service.status.apply((status) => {
        const ingress = status?.loadBalancer?.ingress?.[0];
        return ingress?.ip ?? ingress?.hostname;
      })
    : pulumi.output(undefined);
}

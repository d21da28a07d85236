/** How things are addressed, inside the cluster and from outside. */
import { isIPv6 } from "node:net";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** The full DNS name of a Service, which resolves in every namespace. */
export function serviceHost(
  service: pulumi.Input<string>,
  namespace: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.interpolate`${service}.${namespace}.svc.cluster.local`;
}

/** A host as it stands before a port: an IPv6 address in brackets, anything else as it is. */
export function hostInUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** Where a Service answers outside the cluster. */
export interface ServiceExposure {
  /** Host name or IP address of a node, as seen from outside. */
  readonly externalHost: string;
  /**
   * Node port, from 30000 to 32767. Left out where the Service is for the cluster alone; people then use
   * `kubectl port-forward`, which needs rights and is not subject to network policies.
   */
  readonly nodePort: number | undefined;
  /** Local port for a port-forward. */
  readonly forwardPort: number;
}

/** Type and port of a Service that leads to a pod's port `http`. */
export function exposedHttp(
  port: number,
  { nodePort }: Pick<ServiceExposure, "nodePort">,
): Pick<k8s.types.input.core.v1.ServiceSpec, "type" | "ports"> {
  const http = { name: "http", port, targetPort: "http" };
  return nodePort === undefined
    ? { type: "ClusterIP", ports: [http] }
    : { type: "NodePort", ports: [{ ...http, nodePort }] };
}

/** `host:port` at which an exposed Service is reached: that of the node port, else the one that a port-forward gives. */
export function externalAddress({ externalHost, nodePort, forwardPort }: ServiceExposure): string {
  return nodePort === undefined ? `localhost:${forwardPort}` : `${hostInUrl(externalHost)}:${nodePort}`;
}

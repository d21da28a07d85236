/** How things are addressed, inside the cluster and from outside. */
import { isIPv6 } from "node:net";
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

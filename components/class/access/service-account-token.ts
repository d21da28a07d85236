/** Tokens of service accounts, from the API server itself: Pulumi has no resource for them. */
import { readFileSync } from "node:fs";
import type { Cluster, KubeConfig } from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi";
import { type ClusterAccess, loadKubeconfig, reasonOf } from "../../kubernetes";
import type { BoundObject, Token } from "./bound-token";
import type { ApiServer } from "./student-kubeconfig";

export interface TokenRequest extends ClusterAccess {
  readonly namespace: string;
  /** Name of the service account. */
  readonly account: string;
  /** For how long the token is to be good. */
  readonly seconds: number;
  /** The token is refused once this Secret of the same namespace is gone. */
  readonly bound: BoundObject;
}

/** Requests a token from an API server. A cluster may have a limit for its time that is below what was asked for. */
export type TokenSource = (request: TokenRequest) => Promise<Token>;

/** Finds the address of a cluster. */
export type ApiServerSource = (cluster: ClusterAccess) => Promise<ApiServer>;

/**
 * Asks the cluster of the kubeconfig.
 *
 * @throws pulumi.RunError if it gives none
 */
export const requestToken: TokenSource = async (request) => {
  // Only here: loading it takes as long as all the rest of a preview.
  const { CoreV1Api } = await import("@kubernetes/client-node");
  const { namespace, account: name, seconds, bound } = request;
  const config = await loadKubeconfig(request);
  clusterOf(config);
  const boundObjectRef = { apiVersion: "v1", kind: "Secret", ...bound };
  const body = { spec: { audiences: [], expirationSeconds: seconds, boundObjectRef } };
  const { status } = await config
    .makeApiClient(CoreV1Api)
    .createNamespacedServiceAccountToken({ name, namespace, body })
    .catch((error: unknown) => {
      throw failure(request, reasonOf(error));
    });
  if (status === undefined) throw failure(request, "the API server answered without one");
  return { token: status.token, expires: new Date(status.expirationTimestamp).toISOString() };
};

/**
 * The API server of the kubeconfig.
 *
 * @throws pulumi.RunError if it names none
 */
export const apiServerOf: ApiServerSource = async (access) => {
  const cluster = clusterOf(await loadKubeconfig(access));
  return {
    url: cluster.server,
    caData: cluster.caData ?? (cluster.caFile === undefined ? undefined : base64Of(cluster.caFile)),
    tlsServerName: cluster.tlsServerName,
    skipTlsVerify: cluster.skipTLSVerify,
  };
};

function clusterOf(config: KubeConfig): Cluster {
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new RunError(
      "the kubeconfig has no current cluster, expected one for the students' kubeconfigs\n" +
        "    fix: kubectl config use-context NAME",
    );
  }
  return cluster;
}

function base64Of(file: string): string {
  return readFileSync(file).toString("base64");
}

function failure({ namespace, account }: TokenRequest, reason: string): RunError {
  return new RunError(
    `the cluster gives no token for the service account ${account} in ${namespace}: ${reason}\n` +
      "    fix: use an identity that may create serviceaccounts/token there; if the Secret of the access was deleted by hand: npm run class -- revoke, then up",
  );
}

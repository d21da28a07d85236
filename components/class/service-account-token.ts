/** Tokens of service accounts, from the API server itself: Pulumi has no resource for them. */
import { readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi";
import { type ClusterAccess, loadKubeconfig, reasonOf } from "../kubernetes";
import type { ApiServer } from "./student-kubeconfig";

/** A request for a token. */
export interface TokenRequest extends ClusterAccess {
  readonly namespace: string;
  /** Name of the service account. */
  readonly account: string;
  /** For how long the token is to be good. */
  readonly seconds: number;
}

/** The answer of the API server. */
export interface IssuedToken {
  readonly token: string;
  /** When it ends, in RFC 3339. A cluster may have a limit below what was asked for. */
  readonly expires: string;
  readonly server: ApiServer;
}

/** Requests a token from an API server. */
export type TokenSource = (request: TokenRequest) => Promise<IssuedToken>;

/**
 * Asks the cluster of the kubeconfig.
 *
 * @throws pulumi.RunError if it gives none
 */
export const requestToken: TokenSource = async (request) => {
  // Only here: loading it takes as long as all the rest of a preview.
  const { CoreV1Api } = await import("@kubernetes/client-node");
  const { namespace, account: name, seconds } = request;
  const config = await loadKubeconfig(request);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw failure(request, "the kubeconfig names no cluster");
  const body = { spec: { audiences: [], expirationSeconds: seconds } };
  const { status } = await config
    .makeApiClient(CoreV1Api)
    .createNamespacedServiceAccountToken({ name, namespace, body })
    .catch((error: unknown) => {
      throw failure(request, reasonOf(error));
    });
  if (status === undefined) throw failure(request, "the API server answered without one");
  return {
    token: status.token,
    expires: new Date(status.expirationTimestamp).toISOString(),
    server: {
      url: cluster.server,
      caData: cluster.caData ?? (cluster.caFile === undefined ? undefined : base64Of(cluster.caFile)),
      tlsServerName: cluster.tlsServerName,
      skipTlsVerify: cluster.skipTLSVerify,
    },
  };
};

function base64Of(file: string): string {
  return readFileSync(file).toString("base64");
}

function failure({ namespace, account }: TokenRequest, reason: string): RunError {
  return new RunError(
    `the cluster gives no token for the service account ${account} in ${namespace}: ${reason}\n` +
      "    fix: use an identity that may create serviceaccounts/token there",
  );
}

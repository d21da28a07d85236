import type { Cluster } from "./api-clients";

export interface AccountName {
  readonly name: string;
  readonly namespace: string;
}

export interface TimedToken {
  readonly token: string;
  readonly expires: Date;
}

/**
 * A token of a service account, as `kubectl create token` gives it.
 *
 * @param seconds Lifetime that is asked for, at least 600. The cluster may grant another.
 * @throws ApiException if whoever asks may create no tokens, or there is no such account
 */
export async function tokenOf(
  cluster: Cluster,
  { name, namespace }: AccountName,
  seconds: number,
): Promise<TimedToken> {
  const { status } = await cluster.core.createNamespacedServiceAccountToken({
    name,
    namespace,
    body: { spec: { audiences: [], expirationSeconds: seconds } },
  });
  if (status === undefined) throw new Error(`the API server gave no token for ${name} in ${namespace}`);
  return { token: status.token, expires: new Date(status.expirationTimestamp) };
}

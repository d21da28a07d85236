/** The text of a kubeconfig for one account in one namespace. */
import { parse, stringify } from "yaml";

/** A cluster's API server, as a student's kubeconfig needs it. */
export interface ApiServer {
  readonly url: string;
  /** Certificates of the authority behind the server's own, as base64 of PEM. @default those that the machine trusts */
  readonly caData?: string | undefined;
  /** Name to look for in the server's certificate. @default the one in the address */
  readonly tlsServerName?: string | undefined;
  /** Whether the server's certificate is not looked at. @default false */
  readonly skipTlsVerify?: boolean | undefined;
}

/** Arguments of {@link kubeconfigText}. */
export interface KubeconfigArgs {
  readonly server: ApiServer;
  /** Where commands without `-n` work. */
  readonly namespace: string;
  /** Name of the account, under which the token stands. */
  readonly account: string;
  readonly token: string;
}

/** A kubeconfig with one context, whose name is the namespace's: several of them merge without a clash. */
export function kubeconfigText({ server, namespace, account, token }: KubeconfigArgs): string {
  const user = `${namespace}-${account}`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: namespace,
        cluster: {
          server: server.url,
          ...(server.caData === undefined ? {} : { "certificate-authority-data": server.caData }),
          ...(server.tlsServerName === undefined ? {} : { "tls-server-name": server.tlsServerName }),
          ...(server.skipTlsVerify === true ? { "insecure-skip-tls-verify": true } : {}),
        },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: namespace, context: { cluster: namespace, namespace, user } }],
    "current-context": namespace,
  };
  return stringify(config, { lineWidth: 0 });
}

/**
 * The token in a kubeconfig of {@link kubeconfigText}.
 *
 * @param text What a stack's output has; undefined before there is one.
 */
export function tokenIn(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  return (parse(text) as { users?: { user?: { token?: string } }[] } | null)?.users?.[0]?.user?.token;
}

import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubernetes";
import { requestToken, type TokenSource } from "./service-account-token";
import { kubeconfigText } from "./student-kubeconfig";

/** Arguments of {@link studentAccess}. */
export interface StudentAccessArgs {
  /** Name of the service account, known when its rights are in place. */
  readonly account: pulumi.Input<string>;
  /** Namespace of the account, and where commands without `-n` work. */
  readonly namespace: pulumi.Input<string>;
  /** Days for which the token is asked. */
  readonly days: number;
  /** The cluster, as the Kubernetes provider finds it. @default the provider's own default */
  readonly cluster?: {
    /** The setting `kubernetes:kubeconfig`, text or path. */
    readonly kubeconfig?: pulumi.Input<string | undefined>;
    /** The setting `kubernetes:context`. */
    readonly context?: string | undefined;
  };
  /** Where tokens come from. @default the cluster's API server */
  readonly tokens?: TokenSource;
}

/** The way of one student into the cluster. */
export interface StudentAccess {
  /** Text of a kubeconfig. Secret: it has the token in it. */
  readonly kubeconfig: pulumi.Output<string>;
  /** When the token ends, in RFC 3339: on some clusters earlier than was asked for. */
  readonly expires: pulumi.Output<string>;
}

const DAY = 86_400;

/**
 * A kubeconfig with a token for a service account.
 *
 * Each `up` requests a new token. Earlier ones stay valid until they expire: only deleting the account revokes them. A
 * preview requests none, and both outputs are unknown.
 */
export function studentAccess(args: StudentAccessArgs): StudentAccess {
  if (pulumi.runtime.isDryRun()) {
    const unknown = (): pulumi.Output<string> => pulumi.output(pulumi.unknown as string);
    return { kubeconfig: pulumi.secret(unknown()), expires: unknown() };
  }
  const { account, namespace, days, tokens = requestToken } = args;
  const issued = pulumi
    .all([account, namespace, args.cluster?.kubeconfig])
    .apply(async ([name, where, kubeconfig]) => {
      const cluster: ClusterAccess = { kubeconfig, context: args.cluster?.context };
      const request = { ...cluster, namespace: where, account: name, seconds: days * DAY };
      const { token, expires, server } = await tokens(request);
      return { text: kubeconfigText({ server, namespace: where, account: name, token }), expires };
    });
  return {
    kubeconfig: pulumi.secret(issued.apply(({ text }) => text)),
    // The setting that leads to the cluster may be secret; the time is not.
    expires: pulumi.unsecret(issued.apply(({ expires }) => expires)),
  };
}

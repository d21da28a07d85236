import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubernetes";
import { type BoundObject, keptToken } from "./bound-token";
import { type ApiServerSource, apiServerOf, requestToken, type TokenSource } from "./service-account-token";
import { kubeconfigText, tokenIn } from "./student-kubeconfig";

export interface StudentAccessArgs {
  /** Name of the service account, known when its rights are in place. */
  readonly account: pulumi.Input<string>;
  /** Namespace of the account, and where commands without `-n` work. */
  readonly namespace: pulumi.Input<string>;
  /** Days for which a token is asked. Another number ends the tokens that were issued before. */
  readonly days: number;
  /** What must be in force before access is given: quotas and network policies. */
  readonly after: readonly pulumi.Resource[];
  /** The kubeconfig that the last `up` gave out. Its token is kept while it is good. @default undefined: there was none */
  readonly last?: pulumi.Input<unknown>;
  /** The cluster, as the Kubernetes provider finds it. @default the provider's own default */
  readonly cluster?: {
    /** The setting `kubernetes:kubeconfig`, text or path. */
    readonly kubeconfig?: pulumi.Input<string | undefined>;
    /** The setting `kubernetes:context`. */
    readonly context?: string | undefined;
  };
  /** Where tokens come from. @default the cluster's API server */
  readonly tokens?: TokenSource;
  /** How the cluster's address is found. @default in the kubeconfig */
  readonly server?: ApiServerSource;
}

const DAY = 86_400;

interface Issued {
  readonly text: string;
  readonly expires: string;
}

/**
 * The way of one student into the cluster: a kubeconfig with a token for a service account.
 *
 * The token is bound to a Secret, which is empty: once that is deleted, the API server refuses the token. It caches what
 * it has accepted, for 10 seconds unless the cluster says otherwise
 * (`pkg/kubeapiserver/options/authentication.go`, TokenSuccessCacheTTL). An `up` keeps the last token until half of its
 * time has passed. A preview requests none.
 */
export class StudentAccess extends pulumi.ComponentResource {
  /** Text of a kubeconfig. Secret: it has the token in it. */
  public readonly kubeconfig: pulumi.Output<string>;
  /** When the token ends, in RFC 3339: on some clusters earlier than was asked for. */
  public readonly expires: pulumi.Output<string>;

  constructor(name: string, args: StudentAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:StudentAccess", name, {}, opts);
    const { account, namespace, days } = args;
    const bound = new k8s.core.v1.Secret(
      `${name}-bound`,
      {
        // The days are part of the name, so that another number makes another Secret.
        metadata: {
          name: `${name}-${days}d`,
          namespace,
          // Gone with the answer of the API server: nothing belongs to it, and the garbage collector may be behind.
          annotations: { "pulumi.com/deletionPropagationPolicy": "background" },
        },
      },
      // It is no data: where data is kept, access to it is not.
      { parent: this, dependsOn: [...args.after], retainOnDelete: false },
    ).metadata;
    const issued = pulumi
      .all([account, namespace, bound.name, bound.uid, args.last, args.cluster?.kubeconfig])
      .apply(([serviceAccount, where, secret, uid, last, kubeconfig]): pulumi.Output<Issued> => {
        const cluster: ClusterAccess = { kubeconfig, context: args.cluster?.context };
        const to: BoundObject = { name: secret, uid };
        const kept = keptToken(tokenIn(last), to);
        // A preview requests none.
        if (kept === undefined && pulumi.runtime.isDryRun()) return pulumi.output(pulumi.unknown as Issued);
        const request = { namespace: where, account: serviceAccount, seconds: days * DAY, bound: to };
        const issue = async (): Promise<Issued> => {
          const { token, expires } =
            kept ?? (await (args.tokens ?? requestToken)({ ...cluster, ...request }));
          const server = await (args.server ?? apiServerOf)(cluster);
          return {
            text: kubeconfigText({ server, namespace: where, account: serviceAccount, token }),
            expires,
          };
        };
        return pulumi.output(issue());
      });
    this.kubeconfig = pulumi.secret(issued.apply(({ text }) => text));
    // The settings that lead to the cluster, and the last kubeconfig, are secret; the time is not.
    this.expires = pulumi.unsecret(issued.apply(({ expires }) => expires));
    this.registerOutputs({ expires: this.expires });
  }
}

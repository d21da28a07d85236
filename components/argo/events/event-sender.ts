import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { WEBHOOK_CLIENTS, tokenSecretOf } from "../argo-rights";
import { labelsOf } from "../../kubernetes";

export interface EventSenderArgs {
  /** Namespace of the workflows. */
  readonly namespace: pulumi.Input<string>;
  /** The account as which Argo starts what a signed event asks for. */
  readonly account: pulumi.Input<string>;
}

/**
 * What lets Argo's server take events that are signed as GitHub signs them, in place of a token: the secret of the
 * signature, and a token of the account as which it then acts. Who has the secret can do what the account may, in this
 * namespace.
 *
 * The names are those under which Argo looks: `argo-workflows-webhook-clients`, with a key for each account, and
 * `<account>.service-account-token`.
 */
export class EventSender extends pulumi.ComponentResource {
  /** With which events are signed. */
  public readonly secret: pulumi.Output<string>;

  constructor(name: string, args: EventSenderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:EventSender", name, {}, opts);
    const { namespace } = args;
    const account = pulumi.output(args.account);
    const labels = labelsOf("webhook");

    this.secret = new random.RandomPassword(
      `${name}-secret`,
      { length: 40, special: false },
      { parent: this },
    ).result;
    const client = this.secret.apply((secret) => JSON.stringify({ type: "github", secret }));
    new k8s.core.v1.Secret(
      `${name}-clients`,
      {
        metadata: { name: WEBHOOK_CLIENTS, namespace, labels },
        stringData: pulumi.all([account, client]).apply(([key, value]) => ({ [key]: value })),
      },
      { parent: this, deleteBeforeReplace: true },
    );
    new k8s.core.v1.Secret(
      `${name}-token`,
      {
        metadata: {
          name: account.apply(tokenSecretOf),
          namespace,
          labels,
          annotations: { "kubernetes.io/service-account.name": account },
        },
        type: "kubernetes.io/service-account-token",
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs();
  }
}

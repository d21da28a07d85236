import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppSource } from "./app-source";
import { labelsOf } from "../kubernetes";

/** Options of {@link ExternalAppRepository}. */
export interface ExternalAppRepositoryArgs {
  /** Namespace of the pods that read it. */
  readonly namespace: pulumi.Input<string>;
  /** An http or https address without credentials. */
  readonly url: string;
  /** The branch that is built. */
  readonly branch: string;
  /** With what it is read. @default nothing: everyone may read it */
  readonly credentials?: { readonly username: string; readonly password: pulumi.Input<string> } | undefined;
}

/** A repository of the application that exists already, and the Secret with which it is read. */
export class ExternalAppRepository extends pulumi.ComponentResource implements AppSource {
  public readonly url: pulumi.Output<string>;
  public readonly externalUrl: pulumi.Output<string>;
  public readonly branch: string;
  public readonly credentialsSecret: pulumi.Output<string> | undefined;
  public readonly push = undefined;

  constructor(name: string, args: ExternalAppRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:ExternalAppRepository", name, {}, opts);
    const { namespace, credentials } = args;

    this.url = pulumi.output(args.url);
    this.externalUrl = this.url;
    this.branch = args.branch;
    this.credentialsSecret =
      credentials === undefined
        ? undefined
        : new k8s.core.v1.Secret(
            `${name}-credentials`,
            {
              metadata: { namespace, labels: labelsOf("app-repository") },
              // A change makes a new Secret under a new name, so pods that start meanwhile find either one whole.
              immutable: true,
              stringData: { username: credentials.username, password: credentials.password },
            },
            { parent: this },
          ).metadata.name;
    this.registerOutputs({ url: this.url });
  }
}

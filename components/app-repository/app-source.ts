import type * as pulumi from "@pulumi/pulumi";

/** The repository from which the application is built: the lab's or an external one. */
export interface AppSource {
  /** Address inside the cluster. */
  readonly url: pulumi.Output<string>;
  /** Address from outside the cluster. */
  readonly externalUrl: pulumi.Output<string>;
  /** The branch that is built. */
  readonly branch: string;
  /**
   * Name of a Secret in the platform namespace with the keys `username` and `password`, with which it is read.
   * `undefined` for one that everyone may read.
   */
  readonly credentialsSecret: pulumi.Output<string> | undefined;
  /** The training code that people push to; `undefined` where the application's repository is an external one. */
  readonly training:
    { readonly url: pulumi.Output<string>; readonly externalUrl: pulumi.Output<string> } | undefined;
  /** Who may push to the lab's git server; `undefined` for an external repository. */
  readonly push: { readonly username: string; readonly password: pulumi.Output<string> } | undefined;
}

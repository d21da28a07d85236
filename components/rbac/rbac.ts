import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { grant } from "../kubernetes";
import { type AccountRole, ACCOUNTS, type Right, RIGHTS, type RightsPlace } from "./rights";

export interface RbacArgs {
  /** Namespace of the accounts, the workflows and their pods. */
  readonly namespace: pulumi.Input<string>;
  /** Namespace of the Deployment that the pipeline changes. */
  readonly stagingNamespace: pulumi.Input<string>;
  /** Namespace of BuildKit, which the pods that build start. */
  readonly buildNamespace: pulumi.Input<string>;
}

/** A service account for each role of the lab, with the Roles that it needs and no more. */
export class Rbac extends pulumi.ComponentResource {
  /** Names of the service accounts; they are known when the account may do what its Roles say. */
  public readonly serviceAccounts: Readonly<Record<AccountRole, pulumi.Output<string>>>;
  /** The rights that the accounts have, each with the name of its namespace. */
  public readonly rights: readonly (Omit<Right, "place"> & { readonly namespace: pulumi.Output<string> })[];

  constructor(name: string, args: RbacArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Rbac", name, {}, opts);

    const namespaces = {
      platform: pulumi.output(args.namespace),
      staging: pulumi.output(args.stagingNamespace),
      build: pulumi.output(args.buildNamespace),
    };
    this.rights = RIGHTS.map(({ place, ...right }) => ({ ...right, namespace: namespaces[place] }));
    const roles = Object.keys(ACCOUNTS) as AccountRole[];
    this.serviceAccounts = Object.fromEntries(
      roles.map((who) => [who, this.grant(name, who, namespaces)]),
    ) as Rbac["serviceAccounts"];
    this.registerOutputs({ serviceAccounts: this.serviceAccounts, rights: this.rights });
  }

  private grant(
    name: string,
    who: AccountRole,
    namespaces: Readonly<Record<RightsPlace, pulumi.Output<string>>>,
  ): pulumi.Output<string> {
    const serviceAccount = ACCOUNTS[who];
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-${serviceAccount}`,
      {
        metadata: { name: serviceAccount, namespace: namespaces.platform },
        // Argo's containers in a pod report with the account's token. Argo can withhold the token from a pod but
        // cannot mount it, so the account must. No pod runs as a student or for an event.
        automountServiceAccountToken: who !== "student" && who !== "webhook",
      },
      { parent: this },
    );
    const subject = { kind: "ServiceAccount", name: serviceAccount, namespace: namespaces.platform };
    const bindings = RIGHTS.filter((right) => right.serviceAccount === serviceAccount).map(
      ({ role, place, rules }) => {
        const prefix = place === "platform" ? `${name}-${role}` : `${name}-${role}-in-${place}`;
        return grant(prefix, { name: role, namespace: namespaces[place], rules, subject }, { parent: this });
      },
    );
    // What uses the name waits for the bindings too. All are known in a preview, where ids are not.
    return pulumi
      .all([account.metadata.name, bindings.map(({ metadata }) => metadata)])
      .apply(([accountName]) => accountName);
  }
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** What may be done to which objects. */
export interface Rule {
  /** API groups; the empty text is the core group. */
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** A Role and the one service account that has it, in the lab's namespace. */
export interface Right {
  /** Name of the Role and of its binding. */
  role: string;
  serviceAccount: string;
  rules: Rule[];
}

const ARGO = "argoproj.io";

/** Every pod of a workflow reports its outputs to the controller in an object of its own. */
const REPORT_RESULTS: Rule = {
  apiGroups: [ARGO],
  resources: ["workflowtaskresults"],
  verbs: ["create", "patch"],
};

/** The service accounts of the lab's roles. Templates and people refer to them by these names. */
const ACCOUNTS = {
  train: "train-model",
  triggerBuild: "trigger-build",
  build: "build-container-image",
  student: "student",
} as const;

/** A role of the lab. */
export type AccountRole = keyof typeof ACCOUNTS;

/**
 * All rights that the lab gives, as data: what the components create, what the stack's output shows and what the
 * acceptance tests ask the cluster about are the same table.
 */
export const RIGHTS: Readonly<Record<AccountRole, Right>> = {
  train: { role: ACCOUNTS.train, serviceAccount: ACCOUNTS.train, rules: [REPORT_RESULTS] },
  triggerBuild: {
    role: ACCOUNTS.triggerBuild,
    serviceAccount: ACCOUNTS.triggerBuild,
    rules: [
      REPORT_RESULTS,
      // Creates the child run, then reads that one object until it has ended. Nothing is listed or watched.
      { apiGroups: [ARGO], resources: ["workflows"], verbs: ["create", "get"] },
    ],
  },
  build: { role: ACCOUNTS.build, serviceAccount: ACCOUNTS.build, rules: [REPORT_RESULTS] },
  student: {
    role: "submit-training",
    serviceAccount: ACCOUNTS.student,
    rules: [
      { apiGroups: [ARGO], resources: ["workflows"], verbs: ["create", "get", "list", "watch"] },
      {
        apiGroups: [ARGO],
        resources: ["workflowtemplates", "cronworkflows"],
        verbs: ["get", "list", "watch"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    ],
  },
};

/** Arguments of {@link Rbac}. */
export interface RbacArgs {
  /** Namespace of the accounts and of everything that they may touch. */
  readonly namespace: pulumi.Input<string>;
}

/** A service account for each role of the lab, with the Role that it needs and no more. */
export class Rbac extends pulumi.ComponentResource {
  /** Names of the service accounts; they are known when the account may do what its role says. */
  public readonly serviceAccounts: Readonly<Record<AccountRole, pulumi.Output<string>>>;
  /** The rights that the roles have. */
  public readonly rights: Right[];

  constructor(name: string, args: RbacArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Rbac", name, {}, opts);

    this.rights = Object.values(RIGHTS);
    this.serviceAccounts = {
      train: this.grant(name, "train", args.namespace),
      triggerBuild: this.grant(name, "triggerBuild", args.namespace),
      build: this.grant(name, "build", args.namespace),
      student: this.grant(name, "student", args.namespace),
    };
    this.registerOutputs({ serviceAccounts: this.serviceAccounts, rights: this.rights });
  }

  private grant(name: string, who: AccountRole, namespace: pulumi.Input<string>): pulumi.Output<string> {
    const { role, serviceAccount, rules } = RIGHTS[who];
    const options = { parent: this };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-${serviceAccount}`,
      {
        metadata: { name: serviceAccount, namespace },
        // Argo's containers in a pod report with the account's token. Argo can take the token away from a pod but
        // cannot ask for it, so the account must give it. No pod runs as a student.
        automountServiceAccountToken: who !== "student",
      },
      options,
    );
    const created = new k8s.rbac.v1.Role(
      `${name}-${role}-role`,
      { metadata: { name: role, namespace }, rules },
      options,
    );
    const binding = new k8s.rbac.v1.RoleBinding(
      `${name}-${role}-binding`,
      {
        metadata: { name: role, namespace },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
        subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
      },
      { ...options, dependsOn: created },
    );
    // Whoever takes the name waits for the binding too. Both are known in a preview, where ids are not.
    return pulumi.all([account.metadata.name, binding.metadata]).apply(([accountName]) => accountName);
  }
}

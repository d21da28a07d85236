import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Right, Rule } from "../rbac";
import { STAGING_DEPLOYMENT } from "../staging";

/** The service account of the backups, in their namespace. */
export const BACKUP_ACCOUNT = "backup";

/** The Secret with all labs. Its name is fixed, so that the stacks of students find it by the namespace alone. */
export const BACKUP_LABS = "gourmetgram-backup-labs";

/** A connection by WebSocket is a `get` for API servers before 1.35, and then a `create`. */
const CONNECT = ["get", "create"];

const READ_LAB: Rule[] = [
  // The pods behind a Service, of which one is asked.
  { apiGroups: [""], resources: ["services"], verbs: ["get"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
  // Dumps of the database and of the repositories; the artifacts, by way of MLflow.
  { apiGroups: [""], resources: ["pods/exec", "pods/portforward"], verbs: CONNECT },
];

/**
 * What the backups may do in the namespaces of a lab. To run a program in any pod is nearly all that can be done there:
 * a right cannot be limited to pods whose names are not known. So nobody but the stack's owner may use the account.
 */
export const BACKUP_RIGHTS: readonly (Right & { readonly place: "platform" | "staging" })[] = [
  { role: BACKUP_ACCOUNT, serviceAccount: BACKUP_ACCOUNT, place: "platform", rules: READ_LAB },
  {
    role: BACKUP_ACCOUNT,
    serviceAccount: BACKUP_ACCOUNT,
    place: "staging",
    rules: [
      {
        apiGroups: ["apps"],
        resources: ["deployments"],
        resourceNames: [STAGING_DEPLOYMENT],
        verbs: ["get"],
      },
    ],
  },
];

/** Arguments of {@link BackupAccess}. */
export interface BackupAccessArgs {
  /** Namespace of the backups. It has the Secret {@link BACKUP_LABS}, which may be another stack's. */
  readonly backupNamespace: pulumi.Input<string>;
  /** Namespace of MLflow, its database and the git server. */
  readonly namespace: pulumi.Input<string>;
  readonly stagingNamespace: pulumi.Input<string>;
  /** What the backups have to know about the lab, as JSON. */
  readonly target: pulumi.Input<string>;
}

/**
 * Has the backups include a lab: tells them of it, and gives them the rights.
 *
 * All labs are in one Secret, each under a key that belongs to one stack alone, as the users of the registry are
 * (components/registry). So the backups need no right to read Secrets, and nobody needs a list of all labs.
 */
export class BackupAccess extends pulumi.ComponentResource {
  constructor(name: string, args: BackupAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:BackupAccess", name, {}, opts);
    const options = { parent: this };
    const namespaces = { platform: args.namespace, staging: args.stagingNamespace };
    const subject = {
      kind: "ServiceAccount",
      name: BACKUP_ACCOUNT,
      namespace: args.backupNamespace,
    };
    for (const { role, place, rules } of BACKUP_RIGHTS) {
      const metadata = { name: role, namespace: namespaces[place] };
      const created = new k8s.rbac.v1.Role(`${name}-${place}-role`, { metadata, rules: [...rules] }, options);
      new k8s.rbac.v1.RoleBinding(
        `${name}-${place}-binding`,
        {
          metadata,
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
          subjects: [subject],
        },
        { ...options, dependsOn: created },
      );
    }
    new k8s.core.v1.SecretPatch(
      `${name}-target`,
      {
        metadata: {
          namespace: args.backupNamespace,
          name: BACKUP_LABS,
          // A stack that comes up again after its state was lost has another name as a writer, and takes the key over.
          annotations: { "pulumi.com/patchForce": "true" },
        },
        // Not `stringData`: the API server turns it into `data`, and then nobody would own the key that is to go.
        data: {
          [`${pulumi.getStack()}.json`]: pulumi
            .output(args.target)
            .apply((text) => Buffer.from(text).toString("base64")),
        },
      },
      options,
    );
    this.registerOutputs();
  }
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { grant } from "../kubernetes";
import { BACKUP_ACCOUNT, BACKUP_LABS } from "./backup-names";
import { BACKUP_RIGHTS } from "./backup-rights";

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
    const subject = { kind: "ServiceAccount", name: BACKUP_ACCOUNT, namespace: args.backupNamespace };
    for (const { role, place, rules } of BACKUP_RIGHTS) {
      grant(`${name}-${place}`, { name: role, namespace: namespaces[place], rules, subject }, options);
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

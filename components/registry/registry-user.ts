import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { RegistryCredentials } from "./registry";

/** The Secret with all users. Its name is fixed, so that the stacks of students find it without an output of the base. */
export const REGISTRY_USERS = { namespace: "kube-system", name: "registry-users" } as const;

export interface RegistryUserArgs {
  /** Name of the user, a DNS label: `base`, or the student whose repositories begin with it. */
  readonly user: string;
  /**
   * Name of the Secret with the users, as an output of its resource, so that it is created first.
   *
   * @default the one that exists
   */
  readonly secret?: pulumi.Input<string>;
}

/**
 * A user of a guarded registry, who reads and writes under the user's name.
 *
 * All users are in one Secret, each under a key that belongs to one stack alone: server-side apply keeps note of who
 * has set which key. So a stack changes and removes its own key, and nobody needs a list of all users. The running
 * guard sees a new key when the kubelet has brought it to the pod, within a minute or two.
 */
export class RegistryUser extends pulumi.ComponentResource {
  /** What the user presents to the registry. */
  public readonly credentials: RegistryCredentials;
  /** What must exist before the user can log in. */
  public readonly ready: pulumi.Resource;

  constructor(name: string, args: RegistryUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:RegistryUser", name, {}, opts);
    const { user } = args;

    const password = new random.RandomPassword(
      `${name}-password`,
      // Letters and digits only: clients put it into headers, files and command lines.
      { length: 32, special: false },
      { parent: this },
    );
    this.ready = new k8s.core.v1.SecretPatch(
      `${name}-key`,
      {
        metadata: {
          namespace: REGISTRY_USERS.namespace,
          name: args.secret ?? REGISTRY_USERS.name,
          // A stack that comes up again after its state was lost has another name as a writer, and takes the key over.
          annotations: { "pulumi.com/patchForce": "true" },
        },
        // Not `stringData`: the API server turns it into `data`, and then nobody would own the key that is to go.
        data: {
          [user]: password.bcryptHash.apply((hash) => Buffer.from(`${user}:${hash}\n`).toString("base64")),
        },
      },
      { parent: this },
    );

    this.credentials = { username: user, password: password.result };
    this.registerOutputs({ username: user });
  }
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { serverOf, type RegistryCredentials } from "./registry";

/** Options of {@link RegistryPullSecret}. */
export interface RegistryPullSecretArgs {
  /** Namespace whose pods pull. */
  readonly namespace: pulumi.Input<string>;
  /** The registry's address in image references, `host[:port][/path]`. */
  readonly address: pulumi.Input<string>;
  readonly credentials: RegistryCredentials;
}

/**
 * What the nodes present to a registry that asks for credentials, to be named in pods' `imagePullSecrets`. Its content
 * is a configuration of Docker, so clients that push can read it too.
 */
export class RegistryPullSecret extends pulumi.ComponentResource {
  /** Name of the Secret. */
  public readonly name: pulumi.Output<string>;

  constructor(name: string, args: RegistryPullSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:RegistryPullSecret", name, {}, opts);

    const secret = new k8s.core.v1.Secret(
      `${name}-credentials`,
      {
        metadata: { namespace: args.namespace },
        type: "kubernetes.io/dockerconfigjson",
        // A change makes a new Secret under a new name, so pods that start meanwhile find either one whole.
        immutable: true,
        stringData: { ".dockerconfigjson": dockerConfig(args.address, args.credentials) },
      },
      { parent: this },
    );

    this.name = secret.metadata.name;
    this.registerOutputs({ name: this.name });
  }
}

function dockerConfig(
  address: pulumi.Input<string>,
  credentials: RegistryCredentials,
): pulumi.Output<string> {
  return pulumi.all([address, credentials.password]).apply(([registry, password]) => {
    const auth = Buffer.from(`${credentials.username}:${password}`).toString("base64");
    return JSON.stringify({ auths: { [credentialsKey(serverOf(registry))]: { auth } } });
  });
}

/** Under what Docker's clients, which BuildKit's is one of, look for a server's credentials: Docker Hub is special. */
function credentialsKey(server: string): string {
  return server === "docker.io" ? "https://index.docker.io/v1/" : server;
}

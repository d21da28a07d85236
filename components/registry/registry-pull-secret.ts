import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { serverOf, type RegistryCredentials } from "./registry";

/** Options of {@link RegistryPullSecret}. */
export interface RegistryPullSecretArgs {
  /** Namespace whose pods pull. */
  readonly namespace: pulumi.Input<string>;
  /** The registry's addresses in image references, each `host[:port][/path]`: the nodes' and that of clients in pods. */
  readonly addresses: readonly pulumi.Input<string>[];
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
        stringData: { ".dockerconfigjson": dockerConfig(args.addresses, args.credentials) },
      },
      { parent: this },
    );

    this.name = secret.metadata.name;
    this.registerOutputs({ name: this.name });
  }
}

function dockerConfig(
  addresses: readonly pulumi.Input<string>[],
  credentials: RegistryCredentials,
): pulumi.Output<string> {
  return pulumi.all([pulumi.all([...addresses]), credentials.password]).apply(([registries, password]) => {
    const auth = Buffer.from(`${credentials.username}:${password}`).toString("base64");
    const auths = registries.map((registry) => [credentialsKey(serverOf(registry)), { auth }] as const);
    return JSON.stringify({ auths: Object.fromEntries(auths) });
  });
}

/** Under what Docker's clients, which BuildKit's is one of, look for a server's credentials: Docker Hub is special. */
function credentialsKey(server: string): string {
  return server === "docker.io" ? "https://index.docker.io/v1/" : server;
}

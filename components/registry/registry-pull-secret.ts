import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { serverOf, type RegistryCredentials, type RegistryTarget } from "./registry";

export interface RegistryPullSecretArgs {
  /** Namespace whose pods pull. */
  readonly namespace: pulumi.Input<string>;
  /** The registry's addresses in image references, each `host[:port][/path]`: the nodes' and that of clients in pods. */
  readonly addresses: readonly pulumi.Input<string>[];
  readonly credentials: RegistryCredentials;
}

/**
 * The Secret with which the nodes pull from a registry that requires credentials, for pods' `imagePullSecrets`. Its
 * content is a configuration of Docker, so clients that push can read it too.
 *
 * @returns its name
 */
export function registryPullSecret(
  name: string,
  args: RegistryPullSecretArgs,
  opts?: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const parent = new pulumi.ComponentResource("gourmetgram:index:RegistryPullSecret", name, {}, opts);
  return new k8s.core.v1.Secret(
    `${name}-credentials`,
    {
      metadata: { namespace: args.namespace },
      type: "kubernetes.io/dockerconfigjson",
      // A change makes a new Secret under a new name, so pods that start meanwhile find either one whole.
      immutable: true,
      stringData: { ".dockerconfigjson": dockerConfig(args.addresses, args.credentials) },
    },
    { parent },
  ).metadata.name;
}

/**
 * The Secret with which pods of a namespace pull from a registry; undefined where everyone may pull.
 *
 * @param others Further addresses of the registry, for clients in pods. @default the nodes' alone
 */
export function pullSecretOf(
  name: string,
  { pullCredentials, pullAddress }: RegistryTarget,
  namespace: pulumi.Input<string>,
  others: readonly pulumi.Input<string>[] = [],
  opts?: pulumi.ComponentResourceOptions,
): pulumi.Output<string> | undefined {
  if (pullCredentials === undefined) return undefined;
  const args = { namespace, addresses: [pullAddress, ...others], credentials: pullCredentials };
  return registryPullSecret(name, args, opts);
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

/** The key under which clients of Docker, and that of BuildKit, look for a server's credentials. */
function credentialsKey(server: string): string {
  return server === "docker.io" ? "https://index.docker.io/v1/" : server;
}

/** What a stack can choose about the registry. */
import type * as pulumi from "@pulumi/pulumi";
import type { Values } from "./keys";

/** The registry in the cluster. */
export interface LocalRegistryConfig {
  readonly kind: "local";
  readonly image: string;
  readonly nodePort: number;
  readonly storage: string;
  readonly pullFrom: "node-port" | "in-cluster";
  /** `host[:port][/path]` for the Docker daemon. @default the node port on localhost */
  readonly pushAddress: string | undefined;
  /** `host[:port][/path]` for nodes. @default what `pullFrom` says */
  readonly pullAddress: string | undefined;
  /** Image of what keeps the students of a class apart. Without a meaning for a registry of one lab. */
  readonly guardImage: string;
}

/** A registry that exists already. */
export interface ExternalRegistryConfig {
  readonly kind: "external";
  /** `host[:port][/path]`. */
  readonly address: string;
  /** The same for the Docker daemon. @default address */
  readonly pushAddress: string | undefined;
  /** The same for nodes. @default address */
  readonly pullAddress: string | undefined;
  /** The same for pods. @default address */
  readonly inClusterAddress: string | undefined;
  /** Whether it speaks HTTP without TLS. @default false */
  readonly plainHttp: boolean;
  /** Left out for a registry that asks nobody. */
  readonly credentials: { readonly username: string; readonly password: pulumi.Output<string> } | undefined;
}

/**
 * Where the built images go.
 *
 * @param v All values, checked.
 * @param password Of the user at a registry elsewhere.
 */
export function registryConfig(
  v: Values,
  password: pulumi.Output<string> | undefined,
): LocalRegistryConfig | ExternalRegistryConfig {
  const addresses = { pushAddress: v.registryPushAddress, pullAddress: v.registryPullAddress };
  if (v.externalRegistry === undefined) {
    return {
      kind: "local",
      image: v.registryImage,
      nodePort: v.registryNodePort,
      storage: v.registryStorage,
      pullFrom: v.registryPullFrom,
      ...addresses,
      guardImage: v.registryGuardImage,
    };
  }
  const { externalRegistryUsername: username } = v;
  return {
    kind: "external",
    address: v.externalRegistry,
    ...addresses,
    inClusterAddress: v.externalRegistryInCluster,
    plainHttp: v.externalRegistryPlainHttp,
    credentials: username === undefined || password === undefined ? undefined : { username, password },
  };
}

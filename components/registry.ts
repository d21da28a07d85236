/** What the rest of the program has to know about a registry, whichever it is. */
import * as pulumi from "@pulumi/pulumi";

/** The addresses of a registry, each `host[:port][/path]`, to be followed by `/` and an image's name. */
export interface RegistryAddresses {
  /** From pods, by the name of its Service. */
  readonly inCluster: pulumi.Output<string>;
  /** From every node of the cluster, whatever the node's name resolution. */
  readonly fromNodes: pulumi.Output<string>;
  /** From the machine on which the stack builds images. */
  readonly forPushing: pulumi.Output<string>;
}

/** A user of a registry. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: pulumi.Output<string>;
}

/** Pods by the labels that select them. */
export interface RegistryPods {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
}

/** A registry as the place where images go. */
export interface RegistryTarget {
  readonly addresses: RegistryAddresses;
  /** The address in pods' image references: one that the nodes' container runtime can use. */
  readonly pullAddress: pulumi.Output<string>;
  /** What pushing takes. Left out for a registry that asks nobody. */
  readonly credentials?: RegistryCredentials | undefined;
  /** What pulling takes. Left out where everyone may pull: a pull Secret would only spread a password. */
  readonly pullCredentials?: RegistryCredentials | undefined;
  /**
   * The pods that serve a registry in the cluster, which speaks plain HTTP. Left out for a registry elsewhere, which
   * speaks HTTPS.
   */
  readonly pods?: RegistryPods;
  /** Whether it lets the students of a class see and write under their own names only. @default false */
  readonly guarded?: boolean;
  /** What has to be ready before an image can be pushed. */
  readonly ready: readonly pulumi.Resource[];
  /** What keeps the images. If it is replaced they are gone, and are built and pushed again. */
  readonly storage: readonly pulumi.Resource[];
}

/**
 * A registry that exists already: one address for everyone, the same credentials for pushing and pulling, and nothing
 * to wait for.
 *
 * @param address `host[:port][/path]`.
 */
export function externalRegistry(address: string, credentials?: RegistryCredentials): RegistryTarget {
  const everywhere = pulumi.output(address);
  return {
    addresses: { inCluster: everywhere, fromNodes: everywhere, forPushing: everywhere },
    pullAddress: everywhere,
    credentials,
    pullCredentials: credentials,
    ready: [],
    storage: [],
  };
}

/** The server of a registry's address, for which credentials are stored: `host[:port]` without the path. */
export function serverOf(address: string): string {
  return address.split("/")[0] ?? address;
}

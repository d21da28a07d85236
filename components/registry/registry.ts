/** What the rest of the program needs to know about a registry, local or external. */
import * as pulumi from "@pulumi/pulumi";
import { anywhere, byLabels, type EgressRule, inNamespace, NAME_SERVERS, tcp } from "../kubernetes";

/** How a registry is reached: its addresses are `host[:port][/path]`, to be followed by `/` and an image's name. */
export interface RegistryAddresses {
  /** From pods, by the name of its Service. */
  readonly inCluster: pulumi.Output<string>;
  /** From every node of the cluster. */
  readonly fromNodes: pulumi.Output<string>;
  /** From the Docker daemon with which the stack builds images. */
  readonly forPushing: pulumi.Output<string>;
  /** Whether it is in the lab's cluster, lists its contents and, without a guard, allows anonymous access. */
  readonly own: pulumi.Output<boolean>;
  /** Whether it speaks HTTP without TLS. */
  readonly plainHttp: pulumi.Output<boolean>;
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
  /** Credentials for pushing. Left out for a registry that allows anonymous access. */
  readonly credentials?: RegistryCredentials | undefined;
  /** Credentials for pulling. Left out where everyone may pull: a pull Secret would only spread a password. */
  readonly pullCredentials?: RegistryCredentials | undefined;
  /** The pods that serve the lab's own registry. Left out for a registry elsewhere. */
  readonly pods?: RegistryPods;
  /** TCP ports of a registry elsewhere, as {@link portsOf} tells them. */
  readonly ports?: readonly number[];
  /** Whether it lets the students of a class see and write under their own names only. @default false */
  readonly guarded?: boolean;
  /** What has to be ready before an image can be pushed. */
  readonly ready: readonly pulumi.Resource[];
  /** The volumes of the images. If one is replaced, the images are lost, and are built and pushed again. */
  readonly storage: readonly pulumi.Resource[];
}

/** Arguments of {@link externalRegistry}. Addresses are `host[:port][/path]`. */
export interface ExternalRegistryArgs {
  readonly address: string;
  /** Address for the Docker daemon that builds images. @default address */
  readonly pushAddress?: string | undefined;
  /** Address for the nodes' container runtime. @default address */
  readonly pullAddress?: string | undefined;
  /** Address for pods, BuildKit among them. @default address */
  readonly inClusterAddress?: string | undefined;
  /** Whether it speaks HTTP without TLS. @default false */
  readonly plainHttp?: boolean;
  /** @default none: it allows anonymous access */
  readonly credentials?: RegistryCredentials | undefined;
}

/** A registry that exists already: the same credentials for pushing and pulling, and nothing to wait for. */
export function externalRegistry({ address, credentials, ...args }: ExternalRegistryArgs): RegistryTarget {
  const fromNodes = pulumi.output(args.pullAddress ?? address);
  return {
    addresses: {
      inCluster: pulumi.output(args.inClusterAddress ?? address),
      fromNodes,
      forPushing: pulumi.output(args.pushAddress ?? address),
      own: pulumi.output(false),
      plainHttp: pulumi.output(args.plainHttp ?? false),
    },
    pullAddress: fromNodes,
    credentials,
    pullCredentials: credentials,
    ports: portsOf({ address, ...args }),
    ready: [],
    storage: [],
  };
}

/**
 * TCP ports on which a client of a registry elsewhere reaches it: its own, and that of HTTPS, because many registries have
 * their tokens given out by another server.
 */
export function portsOf({ address, inClusterAddress, plainHttp }: ExternalRegistryArgs): readonly number[] {
  const explicit = /:(\d+)$/.exec(serverOf(inClusterAddress ?? address))?.[1];
  const own = explicit === undefined ? (plainHttp === true ? 80 : 443) : Number(explicit);
  return [...new Set([443, own])];
}

/** The way to a registry: to its pods, or where it is elsewhere, to its ports at any address, as no policy can name it. */
export function registryEgress({ pods, ports = [] }: RegistryTarget): EgressRule[] {
  if (pods === undefined) return [NAME_SERVERS, anywhere(tcp(...ports))];
  const peer = { ...inNamespace(pods.namespace), ...byLabels(pods.labels) };
  return [NAME_SERVERS, { to: [peer], ports: tcp(pods.port) }];
}

/** The server of a registry's address, for which credentials are stored: `host[:port]` without the path. */
export function serverOf(address: string): string {
  return address.split("/")[0] ?? address;
}

/**
 * The registry that a local cluster announces, as kind's documentation and KEP-1755 have it: the ConfigMap
 * `local-registry-hosting` in the namespace `kube-public`, and in it a document in YAML.
 */
import { parse } from "yaml";
import { type KeyName, registryAddress } from "../../../config";
/** Where the document is. */
export const REGISTRY_HOSTING = {
  namespace: "kube-public",
  name: "local-registry-hosting",
  key: "localRegistryHosting.v1",
} as const;

/** A registry of a local cluster, which speaks plain HTTP. Addresses are `host[:port]`. */
export interface HostedRegistry {
  /** From the machine that builds images. */
  readonly push: string;
  /** From the nodes' container runtime. */
  readonly pull: string;
  /** From pods. `undefined` where the document names none: pods may not reach it. */
  readonly inCluster: string | undefined;
  /** Address of a page about the registry. */
  readonly help: string | undefined;
}

/** What a document says, or what is wrong with it. */
export type ReadHosting = { readonly registry: HostedRegistry } | { readonly problem: string };

/**
 * Reads the document.
 *
 * @param text The value of the ConfigMap's key {@link REGISTRY_HOSTING}`.key`.
 */
export function readRegistryHosting(text: string): ReadHosting {
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    return { problem: `${REGISTRY_HOSTING.key} is not YAML` };
  }
  const fields = typeof document === "object" && document !== null ? document : {};
  const field = (name: string): string | undefined => {
    const value = (fields as Record<string, unknown>)[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const push = field("host");
  if (push === undefined) return { problem: `${REGISTRY_HOSTING.key} has no host to push to` };
  // As the document's specification says, nodes use `host` unless another address is given for them.
  const pull = field("hostFromContainerRuntime") ?? push;
  const inCluster = field("hostFromClusterNetwork");
  const wrong = [push, pull, inCluster].find(
    (address) => address !== undefined && registryAddress(address) !== undefined,
  );
  if (wrong !== undefined)
    return { problem: `${REGISTRY_HOSTING.key}: "${wrong}" is not the address of a registry` };
  return { registry: { push, pull, inCluster, help: field("help") } };
}

/** The configuration keys with which a stack uses such a registry. */
export function settingsOf({ push, pull, inCluster }: HostedRegistry): Partial<Record<KeyName, string>> {
  return {
    externalRegistry: push,
    ...(pull === push ? {} : { registryPullAddress: pull }),
    ...(inCluster === undefined || inCluster === push ? {} : { externalRegistryInCluster: inCluster }),
    externalRegistryPlainHttp: "true",
  };
}

/** Rules that span the configuration keys of the registry. */
import type { BrokenRule, OfKey } from "./broken-rule";
import type { Values } from "../keys";
import { serverOf } from "../../components/registry/index";

/** The keys about how an external registry is reached, which do not apply to the local one. */
const OF_ANOTHER = ["externalRegistryInCluster", "externalRegistryPlainHttp"] as const;

/**
 * Checks how a registry is reached.
 *
 * @param values All values; a key whose own value is invalid holds its default here.
 * @param sound Whether a key's own value is valid.
 */
export function registryRules(values: Values, sound: OfKey): BrokenRule[] {
  if (!sound("externalRegistry")) return [];
  return [
    ...withoutAnother(values),
    ...withoutPath(values, sound),
    ...ofPods(values, sound),
    ...oneAddressForNodes(values, sound),
  ];
}

/** The local registry has its Service's name, and speaks plain HTTP. */
function withoutAnother(values: Values): BrokenRule[] {
  if (values.externalRegistry !== undefined) return [];
  const reason = "it applies only together with gourmetgram:externalRegistry";
  return OF_ANOTHER.filter((key) => values[key] !== undefined && values[key] !== false).map((key) => ({
    key,
    reason,
    fix: "rm",
  }));
}

/** Under one address a local image would have another name than under the others. */
function withoutPath(values: Values, sound: OfKey): BrokenRule[] {
  if (values.externalRegistry !== undefined) return [];
  return (["registryPushAddress", "registryPullAddress"] as const)
    .filter((key) => sound(key) && values[key]?.includes("/") === true)
    .map((key) => ({
      key,
      reason: "the local registry has no path: expected host[:port]",
      fix: "set",
      example: serverOf(values[key] ?? ""),
    }));
}

/** BuildKit pushes from a pod, and to each pod `localhost` is the pod itself. */
function ofPods({ externalRegistry, externalRegistryInCluster }: Values, sound: OfKey): BrokenRule[] {
  const address = externalRegistryInCluster ?? externalRegistry;
  if (address === undefined || !sound("externalRegistryInCluster") || !isLoopback(address)) return [];
  const reason =
    externalRegistryInCluster === undefined
      ? `it is missing: pods cannot reach ${address}, the value of gourmetgram:externalRegistry`
      : "pods cannot reach a loopback address: it leads back to the pod itself";
  return [{ key: "externalRegistryInCluster", reason, fix: "set" }];
}

/** References of images have one address. */
function oneAddressForNodes(
  { scope, externalRegistry, registryPullAddress, registryPullFrom }: Values,
  sound: OfKey,
): BrokenRule[] {
  // A student's stack does not use the key at all, and is refused for that.
  if (registryPullFrom === "node-port" || scope === "student" || !sound("registryPullFrom")) return [];
  const refused = (reason: string): BrokenRule[] => [{ key: "registryPullFrom", reason, fix: "rm" }];
  if (registryPullAddress !== undefined) {
    return refused("gourmetgram:registryPullAddress already says where nodes pull from");
  }
  return externalRegistry === undefined
    ? []
    : refused("it applies only to the local registry, and gourmetgram:externalRegistry replaces that");
}

function isLoopback(address: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(serverOf(address));
}

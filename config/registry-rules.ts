/** Rules that span the configuration keys of the registry. */
import type { Values } from "./keys";
import type { BrokenRule } from "./broken-rule";
import { serverOf } from "../components/registry";

/** The keys with which a registry elsewhere is reached, and that the local one has no use for. */
const OF_ANOTHER = ["externalRegistryInCluster", "externalRegistryPlainHttp"] as const;

/**
 * Checks how a registry is reached.
 *
 * @param values All values; a key whose own value is bad holds its default here.
 * @param sound Whether a key's own value is good.
 */
export function registryRules(values: Values, sound: (key: keyof Values) => boolean): BrokenRule[] {
  if (!sound("externalRegistry")) return [];
  return [
    ...withoutAnother(values),
    ...withoutPath(values, sound),
    ...ofPods(values, sound),
    ...oneWayToPull(values, sound),
  ];
}

/** The local registry has its Service's name, and speaks plain HTTP. */
function withoutAnother(values: Values): BrokenRule[] {
  if (values.externalRegistry !== undefined) return [];
  const reason = "it has a meaning only together with gourmetgram:externalRegistry";
  return OF_ANOTHER.filter((key) => values[key] !== undefined && values[key] !== false).map((key) => ({
    key,
    reason,
    mend: "rm",
  }));
}

/** Under one address a local image would have another name than under the others. */
function withoutPath(values: Values, sound: (key: keyof Values) => boolean): BrokenRule[] {
  if (values.externalRegistry !== undefined) return [];
  return (["registryPushAddress", "registryPullAddress"] as const)
    .filter((key) => sound(key) && values[key]?.includes("/") === true)
    .map((key) => ({
      key,
      reason: "the local registry has no path: expected host[:port]",
      mend: "set",
      example: serverOf(values[key] ?? ""),
    }));
}

/** BuildKit pushes from a pod, and to each pod `localhost` is the pod itself. */
function ofPods(
  { externalRegistry, externalRegistryInCluster }: Values,
  sound: (key: keyof Values) => boolean,
): BrokenRule[] {
  const address = externalRegistryInCluster ?? externalRegistry;
  if (address === undefined || !sound("externalRegistryInCluster") || !isLoopback(address)) return [];
  const reason =
    externalRegistryInCluster === undefined
      ? `it is missing: pods cannot reach ${address}, the value of gourmetgram:externalRegistry`
      : "pods cannot reach a loopback address: each pod has one of its own";
  return [{ key: "externalRegistryInCluster", reason, mend: "set" }];
}

/** References of images have one address. */
function oneWayToPull(
  { registryPullAddress, registryPullFrom }: Values,
  sound: (key: keyof Values) => boolean,
): BrokenRule[] {
  if (registryPullAddress === undefined || registryPullFrom === "node-port" || !sound("registryPullFrom")) {
    return [];
  }
  return [
    {
      key: "registryPullFrom",
      reason: "gourmetgram:registryPullAddress already says where nodes pull from",
      mend: "rm",
    },
  ];
}

function isLoopback(address: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(serverOf(address));
}

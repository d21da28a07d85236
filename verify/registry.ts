/** The registry's own API. */
import type { RegistryOutput } from "../components/outputs";

/** A registry, and where in it the lab's images are. */
export interface RegistryPlace {
  /** Addresses under which its API may answer, the likely one first. */
  readonly urls: readonly string[];
  /** What stands before an image's name, such as `team/`, or nothing. */
  readonly prefix: string;
  /** Whether it is the lab's own: it asks nobody for credentials and lists what it has. */
  readonly local: boolean;
}

/**
 * Where the registry's API is.
 *
 * The lab's own registry has a name inside the cluster that differs from the one for pushing, and speaks plain HTTP.
 */
export function registryPlace({ forPushing, inCluster }: RegistryOutput): RegistryPlace {
  const [server = "", ...path] = forPushing.split("/");
  const local = forPushing !== inCluster;
  return {
    urls: local ? [`http://${server}`] : [`https://${server}`, `http://${server}`],
    prefix: path.map((part) => `${part}/`).join(""),
    local,
  };
}

/** The name of an image in a reference such as `host:5000/team/gourmetgram-train@sha256:…`, without its place. */
export function imageNameOf(reference: string): string {
  const name = reference.split("@")[0] ?? reference;
  return name.split("/").at(-1) ?? name;
}

/** Asks the registry, and gives the answer of the first address that gives any. */
export async function askRegistry(
  { urls }: RegistryPlace,
  path: string,
  signal: AbortSignal,
): Promise<Response> {
  const failures: string[] = [];
  // Without these, a registry converts the manifest to a form with another digest.
  const accept = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/json",
  ].join(", ");
  for (const url of urls) {
    try {
      return await fetch(`${url}${path}`, { headers: { accept }, signal });
    } catch (error) {
      signal.throwIfAborted();
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      failures.push(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  throw new Error(`the registry does not answer to ${path}: ${failures.join("; ")}`);
}

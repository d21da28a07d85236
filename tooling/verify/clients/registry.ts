/** The registry's own API. */
import type { RegistryOutput } from "../../../stacks";
import { causeOf } from "../../support/errors";

const UNAUTHORIZED = 401;

/** What is read of a manifest, of an image or of an index of images. */
interface Manifest {
  readonly config?: { readonly digest: string };
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly os?: string } }[];
}

/** A registry, and where in it the lab's images are. */
export interface RegistryPlace {
  /** Addresses under which its API may answer, the likely one first. */
  readonly urls: readonly string[];
  /** What stands before an image's name, such as `team/`, or nothing. */
  readonly prefix: string;
  /** Whether it is the lab's own: it asks nobody for credentials and lists what it has. */
  readonly local: boolean;
}

/** Where the registry's API is. */
export function registryPlace({ forPushing, own, plainHttp }: RegistryOutput): RegistryPlace {
  const [server = "", ...path] = forPushing.split("/");
  return {
    urls: plainHttp ? [`http://${server}`] : [`https://${server}`, `http://${server}`],
    prefix: path.map((part) => `${part}/`).join(""),
    local: own,
  };
}

/** The name of an image in a reference such as `host:5000/team/gourmetgram-train@sha256:…`, without its place. */
export function imageNameOf(reference: string): string {
  const name = reference.split("@")[0] ?? reference;
  return name.split("/").at(-1) ?? name;
}

/** The digest in a reference; the empty text if it names none. */
export function digestOf(reference: string): string {
  return reference.split("@")[1] ?? "";
}

/** The repository of an image in the registry's own words: without the server. */
export function repositoryOf({ prefix }: RegistryPlace, reference: string): string {
  return `${prefix}${imageNameOf(reference)}`;
}

/** Whether the registry wants to know who asks, which outputs do not tell. */
export async function asksForCredentials(place: RegistryPlace, signal: AbortSignal): Promise<boolean> {
  const { status } = await askRegistry(place, "/v2/", signal);
  if (status === UNAUTHORIZED && !place.local) return true;
  if (status === 200) return false;
  throw new Error(`the registry answered ${status} to /v2/`);
}

/**
 * The labels of an image, read from its manifest and its configuration.
 *
 * @throws Error if the registry does not have the image
 */
export async function imageLabels(
  place: RegistryPlace,
  reference: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const repository = repositoryOf(place, reference);
  const read = async (kind: "manifests" | "blobs", digest: string): Promise<unknown> => {
    const answer = await askRegistry(place, `/v2/${repository}/${kind}/${digest}`, signal);
    if (!answer.ok) throw new Error(`the registry answered ${answer.status} for ${repository}@${digest}`);
    return answer.json();
  };
  let manifest = (await read("manifests", digestOf(reference))) as Manifest;
  // An index lists, besides the image, what is attested about it, for no platform.
  const image = manifest.manifests?.find((each) => each.platform?.os !== "unknown");
  if (image !== undefined) manifest = (await read("manifests", image.digest)) as Manifest;
  if (manifest.config === undefined) throw new Error(`${reference} has no configuration`);
  const { config } = (await read("blobs", manifest.config.digest)) as {
    config?: { Labels?: Record<string, string> };
  };
  return config?.Labels ?? {};
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
      failures.push(`${url}: ${causeOf(error)}`);
    }
  }
  throw new Error(`the registry does not answer to ${path}: ${failures.join("; ")}`);
}

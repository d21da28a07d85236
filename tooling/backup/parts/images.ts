/** Images by digest, out of the lab's registry and into it, by the API that all registries have. */
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ImageRecord } from "../file/manifest";
import type { BackupWriter } from "../file/writer";
import type { RegistryAccess } from "./access";
import { megabytes } from "./artifacts";
import { requireStatus, send, type Sent } from "./http";

/** An image that something names. */
export interface ImageName {
  readonly repository: string;
  readonly digest: string;
}

/** What is read of a manifest: of an image, or of an index of images. */
export interface ImageManifest {
  readonly config?: Layer;
  readonly layers?: readonly Layer[];
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly os?: string } }[];
}

export interface Layer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const IMAGE = "application/vnd.oci.image.manifest.v1+json";

/** The forms in which a registry gives a manifest as it was pushed, for the header `accept`. */
export const MANIFEST_FORMS = [
  "application/vnd.oci.image.index.v1+json",
  IMAGE,
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The images that references name by digest, each once: those in the lab's registry, and the references to others. */
export function imagesAt(
  pullAddress: string,
  references: readonly string[],
): { readonly names: readonly ImageName[]; readonly elsewhere: readonly string[] } {
  const names: ImageName[] = [];
  const elsewhere: string[] = [];
  for (const reference of [...new Set(references)].sort()) {
    const [name = "", digest = ""] = reference.split("@");
    if (!DIGEST.test(digest)) continue;
    if (!name.startsWith(`${pullAddress}/`)) elsewhere.push(reference);
    else names.push({ repository: name.slice(pullAddress.length + 1), digest });
  }
  return { names, elsewhere };
}

/** Where a manifest is in the backup. A repository's name may have slashes. */
export const manifestPath = (folder: string, { repository, digest }: ImageName): string =>
  `${folder}/manifests/${repository}@${digest}`;

/** Where a layer or a configuration is. */
export const blobPath = (folder: string, digest: string): string => `${folder}/blobs/${digest}`;

/** What was found of the images that were asked for. */
export interface FoundImages {
  readonly images: readonly ImageRecord[];
  /** What the registry does not have any more. */
  readonly missing: readonly ImageName[];
}

/** Puts images into the backup, each layer once. */
export async function backUpImages(
  registry: RegistryAccess,
  writer: BackupWriter,
  folder: string,
  names: readonly ImageName[],
  { report, signal }: { readonly report: (line: string) => void; readonly signal?: AbortSignal },
): Promise<FoundImages> {
  const images: ImageRecord[] = [];
  const missing: ImageName[] = [];
  const blobs = new Map<string, { repository: string; size: number }>();
  const seen = new Set<string>();
  const texts = new Map<string, Buffer>();
  const take = async (name: ImageName): Promise<boolean> => {
    const key = `${name.repository}@${name.digest}`;
    if (seen.has(key)) return true;
    const answer = await askRegistry(registry, `${name.repository}/manifests/${name.digest}`, {
      headers: { accept: MANIFEST_FORMS },
      signal,
    });
    if (answer.statusCode === 404) {
      answer.resume();
      return false;
    }
    await requireStatus(answer, `the image ${key}`, [200]);
    const text = await buffer(answer);
    const manifest = JSON.parse(text.toString("utf8")) as ImageManifest;
    for (const { digest } of manifest.manifests ?? []) {
      if (!(await take({ ...name, digest }))) return false;
    }
    seen.add(key);
    const own = [...(manifest.config === undefined ? [] : [manifest.config]), ...(manifest.layers ?? [])];
    for (const { digest, size } of own) blobs.set(digest, { repository: name.repository, size });
    texts.set(manifestPath(folder, name), text);
    const mediaType = answer.headers["content-type"] ?? IMAGE;
    images.push({ ...name, mediaType, blobs: [...new Set(own.map(({ digest }) => digest))] });
    return true;
  };
  for (const name of names) if (!(await take(name))) missing.push(name);

  const total = [...blobs.values()].reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const [digest, { repository, size }] of blobs) {
    report(`images: ${megabytes(done)} of ${megabytes(total)}`);
    const answer = await askRegistry(registry, `${repository}/blobs/${digest}`, { signal });
    await requireStatus(answer, `the layer ${digest} of ${repository}`, [200]);
    const { sha256 } = await writer.add(blobPath(folder, digest), answer);
    if (`sha256:${sha256}` !== digest)
      throw new Error(`the registry's ${digest} of ${repository} is damaged`);
    done += size;
  }
  // After the layers, as a registry takes them.
  for (const [path, text] of texts) await writer.add(path, text);
  return { images, missing };
}

/** Whether the registry takes a repository's images from this lab: a class's base has its own. */
export const isOwn = ({ prefix }: RegistryAccess, { repository }: ImageName): boolean =>
  repository.startsWith(prefix);

/**
 * Gives the registry a layer, in each repository that is to have it. What it has it is not sent again.
 *
 * @param repositories At least one.
 */
export async function restoreBlob(
  registry: RegistryAccess,
  repositories: readonly string[],
  digest: string,
  content: Readable,
  bytes: number,
): Promise<void> {
  let source: string | undefined;
  for (const repository of repositories) {
    const what = `the layer ${digest} of ${repository}`;
    const has = await askRegistry(registry, `${repository}/blobs/${digest}`, { method: "HEAD" });
    has.resume();
    if (has.statusCode !== 200) {
      const mount = source === undefined ? "" : `?mount=${digest}&from=${source}`;
      const upload = await askRegistry(registry, `${repository}/blobs/uploads/${mount}`, { method: "POST" });
      await requireStatus(upload, what, source === undefined ? [202] : [201]);
      upload.resume();
      if (source === undefined) {
        const target = new URL(upload.headers.location ?? "", `${registry.url}/v2/`);
        target.searchParams.set("digest", digest);
        const headers = { "content-type": "application/octet-stream" };
        const sent = await askRegistry(registry, target.href, {
          method: "PUT",
          headers,
          body: { content, bytes },
        });
        (await requireStatus(sent, what, [201])).resume();
      }
    }
    source ??= repository;
  }
}

/** Gives the registry a manifest, whose layers it has. */
export async function restoreManifest(
  registry: RegistryAccess,
  { repository, digest, mediaType }: ImageRecord,
  content: Readable,
): Promise<void> {
  const text = await buffer(content);
  const answer = await askRegistry(registry, `${repository}/manifests/${digest}`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: { content: text, bytes: text.length },
  });
  (await requireStatus(answer, `the image ${repository}@${digest}`, [201])).resume();
}

/** @param what A path below `/v2/`, or an address of the same registry */
export async function askRegistry(
  { url, credentials }: RegistryAccess,
  what: string,
  { headers, ...options }: Sent = {},
): Promise<IncomingMessage> {
  const login =
    credentials === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`,
        };
  return send(new URL(what, `${url}/v2/`).href, { ...options, headers: { ...login, ...headers } });
}

import { createReadStream, createWriteStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cancellation } from "../shared/lifecycle";
import type { Credentials } from "./credentials";

/**
 * The folder with layers as they were pushed; none are kept without it.
 *
 * A daemon compresses a layer on one core at each push, but remembers its digest for a registry's address, and sends
 * nothing to a registry that has it. So a new registry at an old address is given the kept layers before the push.
 */
export const layerFolder = process.env["GOURMETGRAM_LAYERS"];

/** Smaller layers, in bytes, are compressed sooner than they are looked up. */
const leastSize = 1_000_000;

const manifestTypes =
  "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json";

/** One repository in a registry on this machine, which speaks plain HTTP. */
export interface Repository {
  /** Host with its port. */
  readonly host: string;
  readonly path: string;
  readonly credentials: Credentials | undefined;
}

interface Layer {
  readonly digest: string;
  readonly size: number;
}

/** Which repository of a registry had a layer last: the registry takes it from there without another upload. */
const placed = new Map<string, string>();

/** Gives the registry the layers of the repository's last image that it lacks. */
export async function restoreLayers(folder: string, repository: Repository): Promise<void> {
  for (const { digest } of keptLayers(folder, manifestName(repository.path))) {
    const file = join(folder, digest);
    if (!existsSync(file)) continue;
    const key = `${repository.host} ${digest}`;
    if (!(await ask(repository, `blobs/${digest}`, { method: "HEAD" })).ok) {
      const from = placed.get(key);
      const mount = from === undefined ? "" : `?mount=${digest}&from=${from}`;
      const upload = await ask(repository, `blobs/uploads/${mount}`, { method: "POST" });
      if (upload.status === 202 && !(await sent(repository, upload, digest, file))) {
        // The file is damaged; the next push makes a new one.
        await rm(file, { force: true });
        continue;
      }
    }
    placed.set(key, repository.path);
  }
}

/** Keeps the layers of an image that was pushed, and drops those that no repository's last image has. */
export async function keepLayers(folder: string, repository: Repository, digest: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const answer = await ask(repository, `manifests/${digest}`, { headers: { accept: manifestTypes } });
  const manifest = await answer.text();
  for (const { digest: layer } of layersOf(manifest)) {
    placed.set(`${repository.host} ${layer}`, repository.path);
    if (!existsSync(join(folder, layer))) await fetchLayer(folder, repository, layer);
  }
  await writeFile(join(folder, manifestName(repository.path)), manifest);
  await removeUnused(folder);
}

/** The registry compares a layer with its digest when it is given it, so that is not done here. */
async function fetchLayer(folder: string, repository: Repository, layer: string): Promise<void> {
  const { ok, status, body } = await ask(repository, `blobs/${layer}`, {});
  if (!ok || body === null) throw new Error(`the registry answers ${status} for ${layer}`);
  const draft = join(folder, `${layer}.${process.pid}`);
  await pipeline(body, createWriteStream(draft));
  await rename(draft, join(folder, layer));
}

async function removeUnused(folder: string): Promise<void> {
  const manifests = readdirSync(folder).filter((name) => name.endsWith(manifestEnd));
  const used = new Set(manifests.flatMap((name) => keptLayers(folder, name).map(({ digest }) => digest)));
  const unused = readdirSync(folder).filter((name) => !name.endsWith(manifestEnd) && !used.has(name));
  for (const name of unused) await rm(join(folder, name), { force: true });
}

const manifestEnd = ".json";
const manifestName = (path: string): string => `${path.replaceAll("/", "_")}${manifestEnd}`;

function keptLayers(folder: string, name: string): Layer[] {
  const file = join(folder, name);
  return existsSync(file) ? layersOf(readFileSync(file, "utf8")) : [];
}

function layersOf(manifest: string): Layer[] {
  const { layers = [] } = JSON.parse(manifest) as { layers?: Layer[] };
  return layers.filter(({ size }) => size >= leastSize);
}

/** @returns whether the registry has found the digest to be the file's */
async function sent(
  repository: Repository,
  { headers, url }: Response,
  digest: string,
  file: string,
): Promise<boolean> {
  const target = new URL(headers.get("location") ?? "", url);
  target.searchParams.set("digest", digest);
  const answer = await ask(repository, target.href, {
    method: "PUT",
    body: createReadStream(file),
    duplex: "half",
    headers: { "content-type": "application/octet-stream" },
  });
  return answer.status === 201;
}

async function ask(
  { host, path, credentials }: Repository,
  what: string,
  options: RequestInit,
): Promise<Response> {
  const login =
    credentials === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`,
        };
  return fetch(new URL(what, `http://${host}/v2/${path}/`), {
    signal: cancellation,
    ...options,
    headers: { ...login, ...options.headers },
  });
}

/** Reads images out of a registry, without a Docker daemon. */
import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import type { RegistryAccess } from "../../../backup/parts/access";
import { requireStatus } from "../../../backup/parts/http";
import {
  askRegistry,
  type ImageManifest,
  type ImageName,
  type Layer,
  MANIFEST_FORMS,
} from "../../../backup/parts/images";
import type { ReadImage } from "./document";
import { addLayer, type Package, packagesIn } from "./layers";

/** Layers that several images share are read once. */
export class ImageReader {
  private readonly known = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(private readonly signal?: AbortSignal) {}

  /** @throws Error that names the image, if the registry does not have it or it cannot be read */
  async read(registry: RegistryAccess, name: ImageName): Promise<ReadImage> {
    const manifest = await this.manifest(registry, name);
    const { config, layers = [] } = manifest;
    if (config === undefined) throw new Error(`${name.repository}@${name.digest} is not a container image`);
    const about = (await json(await this.get(registry, name, "blobs", config.digest))) as {
      os?: string;
      architecture?: string;
      config?: { Labels?: Record<string, string> | null };
      rootfs?: { diff_ids?: string[] };
    };
    return {
      ...name,
      labels: about.config?.Labels ?? {},
      platform: `${about.os ?? "unknown"}/${about.architecture ?? "unknown"}`,
      layers: layers.map(({ digest }) => digest),
      unpacked: about.rootfs?.diff_ids ?? [],
      packages: await this.packages(registry, name, layers),
    };
  }

  /** Of an index, that of the one image in it: what is attested beside it is for no platform. */
  private async manifest(registry: RegistryAccess, name: ImageName): Promise<ImageManifest> {
    const found = (await json(await this.get(registry, name, "manifests", name.digest))) as ImageManifest;
    const [image, ...others] = (found.manifests ?? []).filter(({ platform }) => platform?.os !== "unknown");
    if (image === undefined) return found;
    if (others.length > 0) {
      throw new Error(`${name.repository}@${name.digest} holds several images, one for each platform`);
    }
    return this.manifest(registry, { ...name, digest: image.digest });
  }

  private async packages(
    registry: RegistryAccess,
    name: ImageName,
    layers: readonly Layer[],
  ): Promise<Package[]> {
    let notes: Promise<ReadonlyMap<string, string>> = Promise.resolve(new Map());
    let below = "";
    for (const layer of layers) {
      below += ` ${layer.digest}`;
      const before = notes;
      notes =
        this.known.get(below) ??
        before.then(async (lower) => {
          const content = await this.get(registry, name, "blobs", layer.digest);
          return addLayer(new Map(lower), { ...layer, content });
        });
      this.known.set(below, notes);
    }
    return packagesIn(new Map(await notes));
  }

  private async get(
    registry: RegistryAccess,
    { repository }: ImageName,
    kind: "manifests" | "blobs",
    digest: string,
  ): Promise<IncomingMessage> {
    const answer = await askRegistry(registry, `${repository}/${kind}/${digest}`, {
      ...(kind === "manifests" ? { headers: { accept: MANIFEST_FORMS } } : {}),
      signal: this.signal,
    });
    return requireStatus(answer, `${repository}@${digest}`, [200]);
  }
}

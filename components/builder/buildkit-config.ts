import { bytesOf } from "../kubernetes";

/** What BuildKit's settings follow from. */
export interface BuildkitConfigArgs {
  /** Server of a registry that speaks plain HTTP, `host[:port]` without a path. @default none */
  readonly plainHttpRegistry: string | undefined;
  /** Size of the cache's volume, as a Kubernetes quantity. */
  readonly cacheStorage: string;
}

/**
 * The file `buildkitd.toml`.
 *
 * BuildKit would measure the disk under its cache, and a volume's disk is often that of the whole node. So it gets a
 * figure: four fifths of the volume, since a build adds to the cache before anything old is removed.
 */
export function buildkitConfig({ plainHttpRegistry, cacheStorage }: BuildkitConfigArgs): string {
  const bytes = Math.floor(bytesOf(cacheStorage) * 0.8);
  const worker = ["[worker.oci]", "  gc = true", `  maxUsedSpace = "${bytes}"`];
  const registry =
    plainHttpRegistry === undefined ? [] : ["", `[registry."${plainHttpRegistry}"]`, "  http = true"];
  return [...worker, ...registry, ""].join("\n");
}

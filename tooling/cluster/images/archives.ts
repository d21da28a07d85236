import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CacheEntry } from "../../machine/cache";
import { askDocker, docker } from "../../machine/docker/docker";
import type { Report } from "../../machine/run";
import type { GoBuild } from "../../toolchain/go-builds";

const log = "images";

/** An image that is built here and kept as an archive in the cache. */
export interface ArchivedImage {
  readonly image: string;
  readonly entry: CacheEntry;
  /** Fills the folder that it is built from. */
  readonly fill: (context: string) => Promise<void>;
  /** Options of `docker build`. */
  readonly options: readonly string[];
  /** Whether the stack's own images are built from it, so that Docker has to have it. */
  readonly builtUpon: boolean;
  readonly madeOf: Ingredients;
}

/** What an image is made of, beside what stands in the code. */
export interface Ingredients {
  /** The image that it is built on. @default nothing */
  readonly base?: string;
  /** Where its programs come from. */
  readonly build?: GoBuild | undefined;
  /** Files of the checkout, by their paths in it. */
  readonly files: readonly string[];
}

/** The path that the archive has or will have. */
export const archiveOf = ({ entry }: ArchivedImage): string => join(entry.folder, "image.tar");

/** Makes the archives that are not in the cache, and returns the path of each image's. */
export async function makeArchives(
  images: readonly ArchivedImage[],
  report: Report,
): Promise<ReadonlyMap<string, string>> {
  for (const each of images) {
    const { image, entry, builtUpon } = each;
    await entry.ensure((folder) => make(each, folder, (line) => report(`${image}: ${line}`)));
    if (builtUpon && (await askDocker(["image", "inspect", image])) === undefined) {
      await docker(["load", "--input", archiveOf(each)], { log, report });
    }
  }
  return new Map(images.map((each) => [each.image, archiveOf(each)]));
}

async function make({ image, fill, options }: ArchivedImage, folder: string, report: Report): Promise<void> {
  const context = join(folder, "context");
  await mkdir(context);
  await fill(context);
  await docker(["build", ...options, "--tag", image, context], { log, report });
  await docker(["save", "--output", join(folder, "image.tar"), image], { log });
  // The archive is what is kept; Docker would only hold the same bytes a second time.
  await docker(["rmi", image], { log });
  await rm(context, { recursive: true });
}

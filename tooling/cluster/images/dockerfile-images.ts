import { readFileSync } from "node:fs";
import { copyFile, cp, mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheEntry, type CacheEntry } from "../../machine/cache";
import { checkout } from "../../machine/paths";
import { type Report } from "../../machine/run";
import { goBuilds, programPath } from "../../toolchain/go-builds";
import { askDocker, docker } from "../../machine/docker/docker";
import { baseImages, labImages } from "../../machine/docker/image-names";

const log = "images";

/** An image that stands in for an official one that this machine cannot pull, from a folder of `images/`. */
interface DockerfileImage {
  readonly image: string;
  /** The folder under `images/`. */
  readonly folder: string;
  /** The files of the folder that go into the image. */
  readonly files: readonly string[];
  /** Programs that were built here: paths of those that go beside the files. */
  readonly programs: () => readonly string[];
  /** Whether the stack's own images are built from it, so that Docker has to have it. */
  readonly builtUpon: boolean;
}

const dockerfileImages: readonly DockerfileImage[] = [
  {
    image: labImages.postgres,
    folder: "postgres",
    files: ["Dockerfile", "docker-entrypoint.sh"],
    programs: () => [],
    builtUpon: false,
  },
  {
    image: labImages.buildkit,
    folder: "buildkit",
    files: ["Dockerfile"],
    programs: () =>
      Object.keys(goBuilds.buildkit.programs).map((program) => programPath(goBuilds.buildkit, program)),
    builtUpon: true,
  },
  {
    image: labImages.nginx,
    folder: "nginx",
    files: ["Dockerfile"],
    programs: () => [],
    builtUpon: false,
  },
  {
    image: labImages.kubeProxy,
    folder: "kube-network",
    files: ["Dockerfile"],
    programs: () => [programPath(goBuilds.kubernetes, "kube-proxy")],
    builtUpon: false,
  },
  {
    image: labImages.kubeRouter,
    folder: "kube-network",
    files: ["Dockerfile"],
    programs: () => [programPath(goBuilds.kubeRouter, "kube-router")],
    builtUpon: false,
  },
];

const sourceOf = ({ folder }: DockerfileImage, file: string): string =>
  join(checkout, "images", folder, file);

const nameOf = ({ image }: DockerfileImage): string => image.replace(/^[^/]+\/(.+):[^:]+$/, "$1");

const entryOf = (spec: DockerfileImage): CacheEntry =>
  cacheEntry("image-archives", nameOf(spec), [
    spec.image,
    ...spec.files.map((file) => readFileSync(sourceOf(spec, file), "utf8")),
    // The name of a program's folder in the cache tells what it was built from.
    ...spec.programs(),
  ]);

async function makeArchive(spec: DockerfileImage, folder: string, report: Report): Promise<void> {
  const context = join(folder, "context");
  await mkdir(context);
  for (const file of spec.files) await cp(sourceOf(spec, file), join(context, file));
  for (const program of spec.programs()) await copyFile(program, join(context, basename(program)));
  const args = ["--network", "host", "--build-arg", `BASE_IMAGE=${baseImages.debian}`, "--tag", spec.image];
  await docker(["build", ...args, context], { log, report });
  await docker(["save", "--output", join(folder, "image.tar"), spec.image], { log });
  await docker(["rmi", spec.image], { log });
  await rm(context, { recursive: true });
}

/** Each image's name and the path that its archive has or will have. */
export const dockerfileArchivePaths = (): [image: string, path: string][] =>
  dockerfileImages.map((spec) => [spec.image, join(entryOf(spec).folder, "image.tar")]);

/** Builds the images whose archives are not in the cache, and returns the path of each image's. */
export async function dockerfileImageArchives(report: Report): Promise<ReadonlyMap<string, string>> {
  const archives = new Map<string, string>();
  for (const spec of dockerfileImages) {
    const folder = await entryOf(spec).ensure((partial) =>
      makeArchive(spec, partial, (line) => report(`${spec.image}: ${line}`)),
    );
    const archive = join(folder, "image.tar");
    if (spec.builtUpon && (await askDocker(["image", "inspect", spec.image])) === undefined) {
      await docker(["load", "--input", archive], { log, report });
    }
    archives.set(spec.image, archive);
  }
  return archives;
}

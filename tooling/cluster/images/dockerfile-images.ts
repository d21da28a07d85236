import { readFileSync } from "node:fs";
import { copyFile, cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheEntry } from "../../machine/cache";
import { checkout } from "../../machine/paths";
import { goBuilds, programPath } from "../../toolchain/go-builds";
import { baseImages, labImages } from "../../machine/docker/image-names";
import type { ArchivedImage } from "./archives";

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

/** All of them, to be made. */
export const dockerfileArchives = (): ArchivedImage[] =>
  dockerfileImages.map((spec) => {
    const { image, files, programs, builtUpon } = spec;
    return {
      image,
      builtUpon,
      entry: cacheEntry("image-archives", nameOf(spec), [
        image,
        ...files.map((file) => readFileSync(sourceOf(spec, file), "utf8")),
        // The name of a program's folder in the cache tells what it was built from.
        ...programs(),
      ]),
      fill: async (context) => {
        for (const file of files) await cp(sourceOf(spec, file), join(context, file));
        for (const program of programs()) await copyFile(program, join(context, basename(program)));
      },
      options: ["--network", "host", "--build-arg", `BASE_IMAGE=${baseImages.debian}`],
    };
  });

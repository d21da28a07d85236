import { readFileSync } from "node:fs";
import { copyFile, cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheEntry } from "../../machine/cache";
import { checkout } from "../../machine/paths";
import { type GoBuild, goBuilds, programPath } from "../../toolchain/go-builds";
import { baseImages, labImages } from "../../machine/docker/image-names";
import type { ArchivedImage } from "./archives";

/** An image that stands in for an official one that this machine cannot pull, from a folder of `images/`. */
interface DockerfileImage {
  readonly image: string;
  /** The folder under `images/`. */
  readonly folder: string;
  /** Files of the folder that it is built from, beside the Dockerfile. @default none */
  readonly others?: readonly string[];
  /** Programs that were built here and go beside the files. @default none */
  readonly go?: { readonly build: GoBuild; readonly programs: readonly string[] };
  /** Whether the stack's own images are built from it, so that Docker has to have it. @default false */
  readonly builtUpon?: boolean;
}

const dockerfileImages: readonly DockerfileImage[] = [
  { image: labImages.postgres, folder: "postgres", others: ["docker-entrypoint.sh"] },
  {
    image: labImages.buildkit,
    folder: "buildkit",
    go: { build: goBuilds.buildkit, programs: Object.keys(goBuilds.buildkit.programs) },
    builtUpon: true,
  },
  { image: labImages.nginx, folder: "nginx" },
  {
    image: labImages.kubeProxy,
    folder: "kube-network",
    go: { build: goBuilds.kubernetes, programs: ["kube-proxy"] },
  },
  {
    image: labImages.kubeRouter,
    folder: "kube-network",
    go: { build: goBuilds.kubeRouter, programs: ["kube-router"] },
  },
];

const nameOf = ({ image }: DockerfileImage): string => image.replace(/^[^/]+\/(.+):[^:]+$/, "$1");

export const dockerfileArchives = (): ArchivedImage[] =>
  dockerfileImages.map((spec) => {
    const { image, folder, others = [], go, builtUpon = false } = spec;
    const sources = ["Dockerfile", ...others].map((file) => join("images", folder, file));
    const programs = go === undefined ? [] : go.programs.map((program) => programPath(go.build, program));
    return {
      image,
      builtUpon,
      madeOf: { base: baseImages.debian, build: go?.build, files: sources },
      entry: cacheEntry("image-archives", nameOf(spec), [
        image,
        ...sources.map((file) => readFileSync(join(checkout, file), "utf8")),
        // The name of a program's folder in the cache tells what it was built from.
        ...programs,
      ]),
      fill: async (context) => {
        for (const file of sources) await cp(join(checkout, file), join(context, basename(file)));
        for (const program of programs) await copyFile(program, join(context, basename(program)));
      },
      options: ["--network", "host", "--build-arg", `BASE_IMAGE=${baseImages.debian}`],
    };
  });

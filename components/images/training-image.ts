import type * as pulumi from "@pulumi/pulumi";
import { BuiltImage, type BuiltImageArgs } from "./built-image";

/** Options of {@link TrainingImage}. */
export interface TrainingImageArgs extends Pick<BuiltImageArgs, "baseImage" | "registry" | "platform"> {
  /** Package index that torch comes from where the base has none. @default pip's own, like all other packages */
  readonly torchIndexUrl?: string | undefined;
}

/** The image in which models are trained and tested, built from `images/training/`. */
export class TrainingImage extends BuiltImage {
  constructor(name: string, args: TrainingImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { torchIndexUrl, ...image } = args;
    super(
      name,
      {
        ...image,
        imageName: "gourmetgram-train",
        context: "./images/training",
        ...(torchIndexUrl === undefined ? {} : { buildArgs: { TORCH_INDEX_URL: torchIndexUrl } }),
      },
      opts,
      "gourmetgram:index:TrainingImage",
    );
  }
}

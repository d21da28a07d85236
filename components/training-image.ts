import type * as pulumi from "@pulumi/pulumi";
import { BuiltImage, type BuiltImageArgs } from "./built-image";

/** Options of {@link TrainingImage}. */
export type TrainingImageArgs = Pick<BuiltImageArgs, "baseImage" | "registry">;

/** The image in which models are trained and tested, built from `train/`. */
export class TrainingImage extends BuiltImage {
  constructor(name: string, args: TrainingImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      name,
      { ...args, imageName: "gourmetgram-train", context: "./train" },
      opts,
      "gourmetgram:index:TrainingImage",
    );
  }
}

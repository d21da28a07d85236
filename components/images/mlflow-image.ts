import type * as pulumi from "@pulumi/pulumi";
import { BuiltImage, type BuiltImageArgs } from "./built-image";

/** Options of {@link MlflowImage}. */
export type MlflowImageArgs = Pick<BuiltImageArgs, "baseImage" | "registry" | "platform">;

/** The image of MLflow's server, built from `images/mlflow/`. */
export class MlflowImage extends BuiltImage {
  constructor(name: string, args: MlflowImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      name,
      { ...args, imageName: "gourmetgram-mlflow", context: "./images/mlflow" },
      opts,
      "gourmetgram:index:MlflowImage",
    );
  }
}

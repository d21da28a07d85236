import type * as pulumi from "@pulumi/pulumi";
import { BuiltImage, type BuiltImageArgs } from "./built-image";

/** Options of {@link PipelineImage}. */
export interface PipelineImageArgs extends Pick<BuiltImageArgs, "baseImage" | "registry" | "platform"> {
  /** Image of BuildKit, from which its client is copied: client and server are then of one version. */
  readonly buildkitImage: pulumi.Input<string>;
}

/** The image of the steps that turn a model version into a running application, built from `images/pipeline/`. */
export class PipelineImage extends BuiltImage {
  constructor(name: string, args: PipelineImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { buildkitImage, ...image } = args;
    super(
      name,
      {
        ...image,
        imageName: "gourmetgram-pipeline",
        context: "./images/pipeline",
        buildArgs: { BUILDKIT_IMAGE: buildkitImage },
      },
      opts,
      "gourmetgram:index:PipelineImage",
    );
  }
}

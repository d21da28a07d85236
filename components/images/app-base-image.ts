import type * as pulumi from "@pulumi/pulumi";
import { BuiltImage, type BuiltImageArgs } from "./built-image";

/** Options of {@link AppBaseImage}. */
export interface AppBaseImageArgs extends Pick<BuiltImageArgs, "baseImage" | "registry" | "platform"> {
  /** Package index that torch comes from where the base has none. @default pip's own, like all other packages */
  readonly torchIndexUrl?: string | undefined;
}

/**
 * What the application's image is built on: Python with everything that the application imports, built from
 * `images/app/base/`. A build in the cluster adds the application and a model, and needs no network but the registry.
 */
export class AppBaseImage extends BuiltImage {
  constructor(name: string, args: AppBaseImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { torchIndexUrl, ...image } = args;
    super(
      name,
      {
        ...image,
        imageName: "gourmetgram-app-base",
        context: "./images/app/base",
        ...(torchIndexUrl === undefined ? {} : { buildArgs: { TORCH_INDEX_URL: torchIndexUrl } }),
      },
      opts,
      "gourmetgram:index:AppBaseImage",
    );
  }
}

import type * as pulumi from "@pulumi/pulumi";
import { BuiltImage, type BuiltImageArgs } from "./built-image";

/** Options of {@link AppBaseImage}. */
export type AppBaseImageArgs = Pick<BuiltImageArgs, "baseImage" | "registry">;

/**
 * What the application's image is built on: Python with everything that the application imports, built from
 * `app/base/`. A build in the cluster adds the application and a model, and needs no network but the registry.
 */
export class AppBaseImage extends BuiltImage {
  constructor(name: string, args: AppBaseImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      name,
      { ...args, imageName: "gourmetgram-app-base", context: "./app/base" },
      opts,
      "gourmetgram:index:AppBaseImage",
    );
  }
}

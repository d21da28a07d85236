import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { BuiltImage, type BuiltImageArgs } from "./built-image";

/** Options of {@link GitServerImage}. */
export type GitServerImageArgs = Pick<BuiltImageArgs, "baseImage" | "registry" | "platform">;

/** The folder of the server's own files. */
export const FOLDER = join("images", "git-server");

/** The image of the git server, which carries the application's sources: built from `images/app/`. */
export class GitServerImage extends BuiltImage {
  constructor(name: string, args: GitServerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      name,
      {
        ...args,
        imageName: "gourmetgram-git",
        // The application is what the image carries; the server's own files come in a ConfigMap.
        context: "./images/app",
        dockerfile: `./${join(FOLDER, "Dockerfile")}`,
      },
      opts,
      "gourmetgram:index:GitServerImage",
    );
  }
}

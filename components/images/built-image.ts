import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { serverOf, type RegistryTarget } from "../registry";
import type { ImageSource } from "./images";

export interface BuiltImageArgs {
  /** What it is built from. */
  readonly source: ImageSource;
  /** Image to build on, handed to the Dockerfile as the build argument `BASE_IMAGE`. */
  readonly baseImage: pulumi.Input<string>;
  /** Where the image goes. */
  readonly registry: RegistryTarget;
  /** What the image is built for, such as `linux/amd64`. @default what the Docker plugin chooses: this machine's */
  readonly platform?: string | undefined;
  /** Further build arguments. @default none */
  readonly buildArgs?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * An image that is built before, of the same Dockerfile: side by side, Docker's first builder would carry out the stages
   * that they share twice, with different layers. @default none
   */
  readonly after?: BuiltImage;
}

/**
 * An image that the stack builds from a folder of this project and pushes to the registry.
 *
 * It needs a Docker daemon on the machine that runs the stack. It is built again when the folder's content, the base
 * image's name or a build argument changes, and only then do the workloads that refer to it change.
 */
export class BuiltImage extends pulumi.ComponentResource {
  /** What pods pull: the image's address in the registry with its digest. */
  public readonly reference: pulumi.Output<string>;
  /** The same image for what runs in a pod and pulls by itself, as BuildKit does. */
  public readonly inClusterReference: pulumi.Output<string>;
  /** The digest alone, `sha256:…`. */
  public readonly digest: pulumi.Output<string>;

  constructor(name: string, args: BuiltImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { type, imageName, context, dockerfile, target } = args.source;
    super(type, name, {}, opts);
    const { addresses, credentials, pullAddress, ready, storage } = args.registry;

    const image = new docker.Image(
      `${name}-build`,
      {
        imageName: pulumi.interpolate`${addresses.forPushing}/${imageName}:${tagOf(pulumi.getStack())}`,
        build: {
          context,
          ...(dockerfile === undefined ? {} : { dockerfile }),
          ...(target === undefined ? {} : { target }),
          ...(args.platform === undefined ? {} : { platform: args.platform }),
          args: { BASE_IMAGE: args.baseImage, ...args.buildArgs },
          // Requirements are installed while building: the host's way to a package index is the one known to work.
          network: "host",
        },
        ...(credentials === undefined
          ? {}
          : { registry: { ...credentials, server: addresses.forPushing.apply(serverOf) } }),
      },
      {
        parent: this,
        dependsOn: [...ready, ...(args.after === undefined ? [] : [args.after])],
        replaceWith: [...storage],
      },
    );

    this.digest = image.repoDigest.apply(digestOf);
    this.reference = pulumi.interpolate`${pullAddress}/${imageName}@${this.digest}`;
    this.inClusterReference = pulumi.interpolate`${addresses.inCluster}/${imageName}@${this.digest}`;
    this.registerOutputs({ reference: this.reference, digest: this.digest });
  }
}

/**
 * The tag of a stack's images. It helps people to find them, and keeps the registry's garbage collection away from them:
 * stacks that share a registry must not take it from each other. What runs is chosen by digest.
 */
export function tagOf(stack: string): string {
  // A stack's name has the characters of a tag, which cannot begin with these.
  return stack.replace(/^[.-]/, "_");
}

/**
 * The digest in a reference such as `localhost:30500/gourmetgram-train@sha256:…`.
 *
 * @throws pulumi.RunError if it has no digest, as after a build whose image was not pushed: nothing could pull it
 */
export function digestOf(repoDigest: string): string {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(repoDigest)?.[1];
  if (digest === undefined) {
    throw new pulumi.RunError(
      `expected the digest of the pushed image from the registry, got "${repoDigest}"`,
    );
  }
  return digest;
}

import { join } from "node:path";
import type { Unwrap } from "@pulumi/pulumi";
import type { ImageArgs } from "@pulumi/docker";
import { problemsOf } from "../shared/declarations";
import {
  containsSecret,
  containsUnknown,
  isObject,
  isSecret,
  propertyOf,
  reveal,
  revealAll,
  secret,
  secretLike,
  type Properties,
} from "../shared/values";
import type { Checked } from "../shared/stand-in";
import { digestContext, problemsOfContext, type BuildContext } from "./build-context";
import { imageInputs } from "./image-declarations";
import { parseImageName } from "./image-name";

/** The inputs of an image once they are checked, all known and without marks. */
export type ImageInputs = Omit<Unwrap<ImageArgs>, "build"> & {
  build: Omit<NonNullable<Unwrap<ImageArgs["build"]>>, keyof BuildContext | "platform"> &
    BuildContext & { platform: string };
};

/**
 * Checks what the program gives, fills in the defaults and adds `build.contextDigest`: through it, the engine sees
 * a change of the sources as a change of the inputs.
 */
export async function checkImageInputs(news: Properties): Promise<Checked> {
  const declared = problemsOf(imageInputs, news);
  if (declared.length > 0) {
    return { inputs: news, problems: declared };
  }
  const given = reveal(news.build ?? {});
  const build = isObject(given) ? withDefaults(given) : undefined;
  const context = build === undefined ? undefined : knownContext(build);
  const problems = [
    ...problemsOfValues(news),
    ...(context === undefined ? [] : await problemsOfContext(context)),
  ];
  if (problems.length > 0) {
    return { inputs: news, problems };
  }
  const contextDigest = context === undefined ? {} : { contextDigest: await digestContext(context) };
  return {
    inputs: {
      ...news,
      // A whole that is not known yet stays as it is.
      build: build === undefined ? given : secretLike(news.build, { ...build, ...contextDigest }),
      buildOnPreview: false,
      ...encryptedRegistry(news),
    },
    problems,
  };
}

/** The platform that images are built for by default: Linux on the processor of this machine. */
function hostPlatform(): string {
  return `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
}

function withDefaults(build: Properties): Properties {
  const context = build.context ?? ".";
  const dockerfile = containsUnknown(context) ? context : join(context as string, "Dockerfile");
  return {
    ...build,
    context,
    dockerfile: build.dockerfile ?? dockerfile,
    platform: build.platform ?? hostPlatform(),
  };
}

/** Where the image is built from, or undefined while that is not known. */
function knownContext({ context, dockerfile }: Properties): BuildContext | undefined {
  return containsUnknown([context ?? null, dockerfile ?? null])
    ? undefined
    : { context: context as string, dockerfile: dockerfile as string };
}

function problemsOfValues(news: Properties): string[] {
  const { imageName, registry, skipPush, buildOnPreview } = revealAll(news);
  const problems: string[] = [];
  if (buildOnPreview === true) {
    problems.push(
      "buildOnPreview: the lab's stand-in for the docker plugin builds in an update only; leave it out",
    );
  }
  if (containsSecret(propertyOf(news.build, "args"))) {
    problems.push(
      "build.args: holds a secret, but everyone who has the image can read its build arguments; " +
        "give the secret to the container when it runs",
    );
  }
  if (!containsUnknown(imageName)) {
    const parsed = parseImageName(imageName as string);
    if (parsed === undefined) {
      problems.push("imageName: is no image name; it looks like registry.example.com/team/name:tag");
    } else if (parsed.host === undefined && skipPush !== true) {
      problems.push("imageName: names no registry to push to; put its host first, for Docker Hub docker.io/");
    }
  }
  if (isObject(registry) && "username" in registry !== "password" in registry) {
    problems.push("registry: has only one of username and password; give both, or none to use Docker's own");
  }
  return problems;
}

// Also where the program gives the password as plain text: the state is a file.
function encryptedRegistry({ registry }: Properties): Properties {
  if (!isObject(registry) || isSecret(registry) || (registry.password ?? null) === null) {
    return {};
  }
  return { registry: { ...registry, password: secret(registry.password ?? null) } };
}

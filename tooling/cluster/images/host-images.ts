import { execa } from "execa";

/** What every image of the program is called, below the registry's address. */
const NAMES = "gourmetgram-*";

/** What has become of a stack's images in the Docker of this machine. */
export interface HostImages {
  readonly removed: readonly string[];
  /** Still there, with the reason of each. */
  readonly left: readonly string[];
  /** Why nobody could look; undefined where somebody has. */
  readonly unknown?: string;
}

/** There was nothing to take away. */
export const NO_IMAGES: HostImages = { removed: [], left: [] };

/**
 * Takes the images away that a stack has built with the Docker that the user's own client reaches. They have been
 * pushed: here they are only what is left of building. An image that has other names too keeps those.
 *
 * @param registry Address that the stack pushed to, such as `localhost:30500`.
 */
export async function removeHostImages(
  registry: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<HostImages> {
  const docker = (args: readonly string[]) =>
    execa("docker", args, { env: environment, stdin: "ignore", reject: false });
  const listed = await docker(["image", "ls", "--digests", "--filter", `reference=${registry}/${NAMES}`]);
  if (listed.code === "ENOENT") return NO_IMAGES;
  if (listed.failed) return { ...NO_IMAGES, unknown: lastLine(listed.stderr) };
  const removed: string[] = [];
  const left: string[] = [];
  for (const image of imagesIn(listed.stdout)) {
    const { failed, stderr } = await docker(["image", "rm", image]);
    if (failed) left.push(`image ${image} in Docker: ${lastLine(stderr)}`);
    else removed.push(image);
  }
  return { removed, left };
}

/** References of the images in Docker's table: repository, tag and digest come first. One that a later build has taken the tag from goes by its digest. */
function imagesIn(listed: string): string[] {
  const none = "<none>";
  const references = listed
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [repository = "", tag = none, digest = none] = line.split(/\s+/);
      if (tag !== none) return `${repository}:${tag}`;
      return digest === none ? undefined : `${repository}@${digest}`;
    });
  return [...new Set(references)].filter((reference) => reference !== undefined);
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** What there is to say about it; empty where there is nothing. */
export function hostImagesText({ removed, unknown }: HostImages): string {
  if (unknown !== undefined) return `images in Docker, if any, stay: it does not answer (${unknown})`;
  return removed.length === 0 ? "" : `images removed from Docker: ${removed.length}`;
}

/** What images are built for. */

/** The platforms for which every image of the lab has a build. */
export const PLATFORMS = ["linux/amd64", "linux/arm64"] as const;

/** A platform of {@link PLATFORMS}. */
export type Platform = (typeof PLATFORMS)[number];

/**
 * What images have to be built for, so that the nodes can run them.
 *
 * @param architectures The label `kubernetes.io/arch` of each node that takes pods, such as `amd64`.
 * @returns the platform, or why there is not one
 */
export function platformOfNodes(
  architectures: readonly string[],
): { readonly platform: Platform } | { readonly problem: string } {
  const found = [...new Set(architectures)].sort();
  const [only] = found;
  if (only === undefined) return { problem: "no node has a label kubernetes.io/arch" };
  const platform = PLATFORMS.find((each) => each === `linux/${only}`);
  if (found.length > 1) {
    return {
      problem:
        `the nodes have the architectures ${found.join(" and ")}, and images are built for one: ` +
        "set gourmetgram:platform, and taint the other nodes so that they take none of the lab's pods",
    };
  }
  return platform === undefined
    ? {
        problem: `the nodes have the architecture ${only}; images of the lab exist for ${PLATFORMS.join(", ")}`,
      }
    : { platform };
}

import { baseImages, labImages } from "../../machine/docker/image-names";
import type { Origin } from "../../machine/cluster-record";

/** The images that stand in for the official ones where those cannot be pulled. */
const builtImages = {
  pythonBaseImage: baseImages.python,
  gitServerBaseImage: baseImages.debian,
  registryImage: labImages.registry,
  registryGuardImage: labImages.nginx,
  postgresImage: labImages.postgres,
  argoControllerImage: labImages.workflowController,
  argoExecutorImage: labImages.argoExecutor,
  argoServerImage: labImages.argoServer,
  buildkitImage: labImages.buildkit,
};

/** The volumes are folders on this machine's disk. */
const sizes = {
  registryStorage: "10Gi",
  mlflowStorage: "5Gi",
  postgresStorage: "2Gi",
  buildCacheStorage: "10Gi",
  appRepositoryStorage: "1Gi",
};

/**
 * What the lab sets for stacks on its own cluster, by full keys. What the stack's own file sets comes first.
 *
 * @param subnet Block of addresses of the nodes; left out while there is no cluster.
 */
export function embeddedSettings(images: Origin, subnet?: string): Record<string, unknown> {
  const settings = {
    ...(images === "built" ? builtImages : {}),
    ...sizes,
    // The nodes know the registry by its Service's name, so references read as in the course.
    registryPullFrom: "in-cluster",
    // The API server's address changes when the node's container is started again, the block does not.
    ...(subnet === undefined ? {} : { apiServerAddresses: [subnet] }),
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`gourmetgram:${key}`, value]));
}

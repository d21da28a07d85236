/** What staging serves, as the pipeline notes it on the Deployment (images/pipeline, `release.py`). */
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import type { LabOutputs } from "../../../stacks";
import type { Cluster } from "../../live/api-clients";
import { until } from "../../support/until";
import type { ServedRelease } from "../file/manifest";
import type { LabAccess } from "./access";

const PREFIX = "gourmetgram.dev/";
const TESTED = `${PREFIX}tested`;
/** Seconds that an image may take to be pulled and to serve. */
const PATIENCE = 300;

/** Staging, by way of the cluster's API. */
export function stagingOf({ apps }: Cluster, place: LabOutputs["staging"]): LabAccess["staging"] {
  const { namespace, deployment: name } = place;
  return {
    tested: async () => {
      const { metadata } = await apps.readNamespacedDeployment({ namespace, name });
      const text = metadata?.annotations?.[TESTED];
      return text === undefined ? null : (JSON.parse(text) as ServedRelease);
    },
    serve: async (release) => {
      const changed = await apps.patchNamespacedDeployment(
        { namespace, name, body: patchOf(release, name) },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      );
      const generation = changed.metadata?.generation ?? 0;
      const serves = async (): Promise<boolean> => {
        const { status } = await apps.readNamespacedDeployment({ namespace, name });
        return (
          (status?.observedGeneration ?? 0) >= generation &&
          status?.updatedReplicas === 1 &&
          status.readyReplicas === 1 &&
          status.replicas === 1
        );
      };
      await until(serves, {
        seconds: PATIENCE,
        late: () =>
          `staging does not serve model version ${release.modelVersion} after ${PATIENCE} s` +
          `\n  remedy: npm run kubectl -- describe pods -n ${namespace}`,
      });
    },
  };
}

/** The strategic merge patch that makes the Deployment run a release, which has passed its test before. */
export function patchOf(release: ServedRelease, container: string): object {
  return {
    metadata: { annotations: { [TESTED]: JSON.stringify(release) } },
    spec: {
      replicas: 1,
      template: {
        metadata: {
          labels: { [`${PREFIX}model-version`]: release.modelVersion },
          annotations: {
            [`${PREFIX}image`]: release.image,
            [`${PREFIX}application-commit`]: release.commit,
            [`${PREFIX}training-image`]: release.trainingImage,
            [`${PREFIX}workflow`]: release.workflow,
          },
        },
        spec: { containers: [{ name: container, image: release.image }] },
      },
    },
  };
}

/** The release as a lab with another address of its registry names it. */
export const relocated = (release: ServedRelease, from: string, to: string): ServedRelease => ({
  ...release,
  image: moved(release.image, from, to),
  trainingImage: moved(release.trainingImage, from, to),
});

const moved = (reference: string, from: string, to: string): string =>
  reference.startsWith(`${from}/`) ? `${to}${reference.slice(from.length)}` : reference;

import type { LabOutputs } from "../../../stacks";
import { BUILDKIT } from "../../../components/builder";
import { until } from "../../support/until";
import type { Cluster } from "../../live/api-clients";
import type { Waiting } from "../suite/waiting";

/** Seconds that BuildKit may take to start. */
const STARTUP = 150;

/**
 * Has BuildKit run, as it does while something is built: that nobody reaches what does not run would prove nothing.
 *
 * @returns what stops it
 */
export async function startBuilder(
  { namespace }: LabOutputs["builder"],
  { apps }: Pick<Cluster, "apps">,
  { progress, signal }: Waiting,
): Promise<() => Promise<void>> {
  const place = { namespace, name: BUILDKIT };
  const scale = async (pods: number): Promise<void> => {
    // Not `replace`: a number that is 0 is left out.
    const body = [{ op: "add", path: "/spec/replicas", value: pods }];
    await apps.patchNamespacedDeploymentScale({ ...place, body });
  };
  const stop = (): Promise<void> => scale(0);
  try {
    await scale(1);
    progress(`BuildKit starts in ${namespace}`);
    const isReady = async (): Promise<boolean> =>
      ((await apps.readNamespacedDeployment(place)).status?.readyReplicas ?? 0) > 0;
    const late = (): string =>
      `BuildKit in ${namespace} was not ready after ${STARTUP} s\n  remedy: kubectl describe pods -n ${namespace}`;
    await until(isReady, { seconds: STARTUP, signal, late });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Something to be reached in a staging that is still empty. */
import { until } from "../../../support/until";
import { restrictedPod } from "../../pods/pods-for-admission";
import { pullSecrets, removePod } from "../../pods/run-pod";
import { VERIFY_LABEL } from "../../pods/verify-label";
import { readyPods } from "./targets";
import type { Probing } from "../probe";
import type { StudentStack } from "./student";

/**
 * Has something listen in staging where nothing serves yet: that nobody reaches an empty place would prove nothing.
 *
 * @returns what removes it
 */
export async function standIn(
  { name: student, outputs }: StudentStack,
  probing: Probing,
): Promise<() => Promise<void>> {
  const { id, progress, signal } = probing;
  const { core } = probing.cluster;
  const { namespace, deployment, url } = outputs.staging;
  if ((await readyPods(core, namespace, deployment)).length > 0) return () => Promise.resolve();
  const { port } = new URL(url);
  const name = `verify-${id}-stand-in`;
  const pod = restrictedPod(outputs.trainingImage.reference, {
    spec: { ...(await pullSecrets(namespace, core)) },
    container: {
      command: ["python", "-m", "http.server", port, "--directory", "/tmp"],
      // The Service leads to the port by its name.
      ports: [{ name: "http", containerPort: Number(port) }],
      resources: { requests: { cpu: "20m", memory: "48Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
    },
  });
  const labels = {
    "app.kubernetes.io/name": deployment,
    "app.kubernetes.io/part-of": "gourmetgram",
    [VERIFY_LABEL]: id,
  };
  await core.createNamespacedPod({ namespace, body: { ...pod, metadata: { name, labels } } });
  const remove = (): Promise<void> => removePod(core, namespace, name);
  try {
    progress(`something to reach in ${student}'s staging starts`);
    await until(async () => (await readyPods(core, namespace, deployment)).length > 0, { signal });
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

import { type Check, type CheckContext, expect } from "../check";
import { reasonOf, statusOf } from "../cluster";
import { forbiddenPods, restrictedPod } from "../pods-for-admission";
import type { V1Pod } from "@kubernetes/client-node";

const FORBIDDEN = 403;

/**
 * The lab's namespace admits only pods that keep to the level `restricted`. Nothing is created: the API server only
 * says what it would do.
 */
export const podSecurity: Check = {
  name: "pod-security",
  title: "The namespace refuses pods with more rights than restricted allows",
  run: async (context) => {
    const { namespace, trainingImage } = context.lab.outputs;
    const look = [`labels pod-security.kubernetes.io/* of namespace ${namespace}`];
    for (const { what, pod, violation } of forbiddenPods(trainingImage.reference)) {
      const refusal = await refusalOf(context, pod);
      expect(refusal !== undefined, {
        expected: `a pod ${what} is refused in ${namespace}`,
        seen: "it would be created",
        look,
      });
      expect(
        refusal.status === FORBIDDEN &&
          refusal.reason.includes('violates PodSecurity "restricted:') &&
          refusal.reason.includes(violation),
        {
          expected: `a pod ${what} is refused for violating PodSecurity "restricted", naming ${violation}`,
          seen: `status ${refusal.status ?? "none"}: ${refusal.reason}`,
          look,
        },
      );
      context.see(`refused: a pod ${what} (${violations(refusal.reason)})`);
    }
    const refusal = await refusalOf(context, restrictedPod(trainingImage.reference));
    expect(refusal === undefined, {
      expected: `a restricted pod is admitted in ${namespace}`,
      seen: refusal?.reason ?? "",
      look,
    });
    context.see("admitted: a restricted pod");
  },
};

/** Why the API server would not create the pod; undefined if it would. */
async function refusalOf(
  { lab, signal }: CheckContext,
  pod: V1Pod,
): Promise<{ status: number | undefined; reason: string } | undefined> {
  signal.throwIfAborted();
  try {
    await lab.cluster.core.createNamespacedPod({
      namespace: lab.outputs.namespace,
      body: pod,
      dryRun: "All",
    });
    return undefined;
  } catch (error) {
    return { status: statusOf(error), reason: reasonOf(error) };
  }
}

/** The violations in an admission's message, without their places: `privileged, seccompProfile`. */
function violations(reason: string): string {
  return reason.replace(/^.*?violates PodSecurity "[^"]*": /, "").replace(/ \((?:[^()]|\([^()]*\))*\)/g, "");
}

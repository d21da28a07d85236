import type { V1Pod } from "@kubernetes/client-node";
import { reasonOf, statusOf } from "../../../live/api-clients";
import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { forbiddenPods, restrictedPod } from "../../pods/pods-for-admission";

const FORBIDDEN = 403;
const LEVEL = "pod-security.kubernetes.io/enforce";

/**
 * The lab's namespaces admit only pods that keep to the level `restricted`, but for the builder's, which has nothing
 * but the builder in it. Nothing is created: the API server only says what it would do.
 */
export const podSecurity: Check = {
  name: "pod-security",
  title: "The namespaces refuse pods with more rights than restricted allows; only BuildKit has its own",
  run: async (context) => {
    const { namespace, staging } = context.lab.outputs;
    for (const each of [namespace, staging.namespace]) await expectRestricted(context, each);
    await expectBuilderAlone(context);
  },
};

async function expectRestricted(context: CheckContext, namespace: string): Promise<void> {
  const { trainingImage } = context.lab.outputs;
  const look = [`labels pod-security.kubernetes.io/* of namespace ${namespace}`];
  const refused: string[] = [];
  for (const { what, pod, violation } of forbiddenPods(trainingImage.reference)) {
    const refusal = await refusalOf(context, namespace, pod);
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
    refused.push(what);
  }
  const refusal = await refusalOf(context, namespace, restrictedPod(trainingImage.reference));
  expect(refusal === undefined, {
    expected: `a restricted pod is admitted in ${namespace}`,
    seen: refusal?.reason ?? "",
    look,
  });
  context.see(`${namespace} admits a restricted pod, and none ${refused.join(", ")}`);
}

/** BuildKit needs system calls that the other levels forbid, so nothing else may be where it is. */
async function expectBuilderAlone({ lab, see }: CheckContext): Promise<void> {
  const { namespace, address } = lab.outputs.builder;
  const { metadata } = await lab.cluster.core.readNamespace({ name: namespace });
  expectEqual(`label ${LEVEL} of namespace ${namespace}`, metadata?.labels?.[LEVEL], "privileged");
  const service = new URL(address).hostname.split(".")[0] ?? "";
  const { spec } = await lab.cluster.core.readNamespacedService({ name: service, namespace });
  const selected = Object.entries(spec?.selector ?? {});
  const { items } = await lab.cluster.core.listNamespacedPod({ namespace });
  for (const pod of items) {
    const name = pod.metadata?.name ?? "";
    const labels = pod.metadata?.labels ?? {};
    expect(
      selected.every(([key, value]) => labels[key] === value),
      {
        expected: `only pods of Service ${service} in ${namespace}`,
        seen: `pod ${name}`,
      },
    );
    const folders = (pod.spec?.volumes ?? []).flatMap(({ hostPath }) => hostPath?.path ?? []);
    expectEqual(`folders of the node in pod ${name}`, folders.join(", "), "");
    expectEqual(`the node's network in pod ${name}`, pod.spec?.hostNetwork ?? false, false);
  }
  see(`${namespace} is privileged, as BuildKit needs it, and has ${items.length} pod, of Service ${service}`);
}

/** Why the API server would not create the pod; undefined if it would. */
async function refusalOf(
  { lab, signal }: CheckContext,
  namespace: string,
  pod: V1Pod,
): Promise<{ status: number | undefined; reason: string } | undefined> {
  signal.throwIfAborted();
  try {
    await lab.cluster.core.createNamespacedPod({ namespace, body: pod, dryRun: "All" });
    return undefined;
  } catch (error) {
    return { status: statusOf(error), reason: reasonOf(error) };
  }
}

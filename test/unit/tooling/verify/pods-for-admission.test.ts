import assert from "node:assert/strict";
import { forbiddenPods, restrictedPod } from "../../../../tooling/verify/pods/pods-for-admission";

describe("verify: pods for admission", () => {
  const proper = restrictedPod("image");

  it("starts from a pod that asks for nothing", () => {
    const [container] = proper.spec?.containers ?? [];
    assert.deepEqual(proper.spec?.securityContext, {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.deepEqual(container?.securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("has one wish too many in each forbidden pod, a privileged one first", () => {
    const all = forbiddenPods("image");
    assert.equal(all[0]?.what, "that is privileged");
    assert.equal(all[0]?.pod.spec?.containers[0]?.securityContext?.privileged, true);
    for (const { what, pod } of all) assert.notDeepEqual(pod, proper, what);
    assert.equal(new Set(all.map(({ pod }) => JSON.stringify(pod))).size, all.length);
  });
});

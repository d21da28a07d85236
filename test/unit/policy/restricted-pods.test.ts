import assert from "node:assert/strict";
import type { Props } from "../../../policy/subject";
import { podsAreRestricted } from "../../../policy/rules/restricted-pods";
import { CONTAINER, deployment, resource, workflowTemplate } from "./subjects";

const BUILDER = "gourmetgram:index:Builder";
const namespace = (labels: object, ...parents: string[]) =>
  resource("kubernetes:core/v1:Namespace", { metadata: { name: "lab", labels } }, ...parents);

describe("policy pods-are-restricted", () => {
  it("accepts pods that keep to the level, wherever they say so", () => {
    assert.deepEqual(podsAreRestricted(deployment()), []);
    assert.deepEqual(podsAreRestricted(workflowTemplate()), []);
    const securityContext = {
      ...CONTAINER.securityContext,
      runAsNonRoot: true,
      seccompProfile: { type: "Localhost", localhostProfile: "own.json" },
    };
    assert.deepEqual(podsAreRestricted(deployment({ securityContext }, { securityContext: undefined })), []);
    const volumes = [
      { name: "a", emptyDir: {} },
      { name: "b", persistentVolumeClaim: { claimName: "data" } },
    ];
    assert.deepEqual(podsAreRestricted(deployment({}, { volumes })), []);
  });

  it("refuses whatever the level forbids", () => {
    const own = CONTAINER.securityContext;
    const cases: [Props, RegExp][] = [
      [{ securityContext: {} }, /does not say allowPrivilegeEscalation: false/],
      [{ securityContext: { ...own, capabilities: { drop: ["NET_RAW"] } } }, /does not drop ALL/],
      [{ securityContext: { ...own, capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } } }, /SYS_ADMIN/],
      [{ securityContext: { ...own, privileged: true } }, /is privileged/],
      [{ securityContext: { ...own, runAsUser: 0 } }, /runs as the user 0/],
      [{ securityContext: { ...own, runAsNonRoot: false } }, /may run as root/],
      [{ securityContext: { ...own, seccompProfile: { type: "Unconfined" } } }, /no seccompProfile/],
      [{ ports: [{ containerPort: 80, hostPort: 80 }] }, /takes a port of its node/],
    ];
    for (const [container, message] of cases) {
      assert.match(podsAreRestricted(deployment(container)).join("; "), message);
      assert.match(podsAreRestricted(workflowTemplate(container)).join("; "), message);
    }
    assert.deepEqual(podsAreRestricted(deployment({}, { hostNetwork: true })), ["hostNetwork is true"]);
    const volumes = [{ name: "socket", hostPath: { path: "/var/run/docker.sock" } }];
    assert.deepEqual(podsAreRestricted(deployment({}, { volumes })), [
      'the volume "socket" is of a kind that is not allowed',
    ]);
  });

  it("asks the namespaces to hold their pods to the level", () => {
    assert.deepEqual(
      podsAreRestricted(namespace({ "pod-security.kubernetes.io/enforce": "restricted" })),
      [],
    );
    for (const labels of [{}, { "pod-security.kubernetes.io/enforce": "baseline" }]) {
      assert.equal(podsAreRestricted(namespace(labels)).length, 1);
    }
  });

  it("makes an exception of the builder alone", () => {
    const unfit = { securityContext: { privileged: true } };
    assert.deepEqual(podsAreRestricted(deployment(unfit, {}, BUILDER)), []);
    assert.deepEqual(podsAreRestricted(namespace({}, BUILDER)), []);
    assert.ok(podsAreRestricted(deployment(unfit, {}, "gourmetgram:index:BuilderOfOthers")).length > 0);
  });
});

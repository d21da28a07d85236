import assert from "node:assert/strict";
import { onlyResource, promiseOf, recorded, resetMocks } from "../../../../support/mocks";
import { RestrictedNamespace } from "../../../../../components/kubernetes/namespaces/restricted-namespace";

describe("RestrictedNamespace", () => {
  beforeEach(() => resetMocks());

  it("admits only restricted pods", async () => {
    const platform = new RestrictedNamespace("platform", { name: "lab" });

    assert.equal(await promiseOf(platform.name), "lab");
    assert.equal((await recorded()).length, 2);
    const namespace = await onlyResource("kubernetes:core/v1:Namespace", "platform-namespace");
    assert.deepEqual(namespace.inputs, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "lab",
        labels: {
          "app.kubernetes.io/part-of": "gourmetgram",
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/enforce-version": "latest",
          "pod-security.kubernetes.io/warn": "restricted",
          "pod-security.kubernetes.io/warn-version": "latest",
          "pod-security.kubernetes.io/audit": "restricted",
          "pod-security.kubernetes.io/audit-version": "latest",
        },
      },
    });
    const component = await onlyResource("gourmetgram:index:PlatformNamespace");
    assert.deepEqual(component.outputs, { name: "lab" });
    assert.equal(namespace.parent, component.urn);
  });
});

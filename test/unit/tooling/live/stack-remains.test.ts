import assert from "node:assert/strict";
import { objectsIn } from "../../../../tooling/live/objects/stack-remains";

const resource = (type: string, outputs: object, more: object = {}) => ({
  type,
  custom: true,
  outputs,
  ...more,
});

const exported = (...resources: object[]): string => JSON.stringify({ deployment: { resources } });

const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "lab" },
};

describe("the Kubernetes objects of a stack", () => {
  it("are what its state has, with their namespaces", () => {
    const text = exported(
      resource("kubernetes:core/v1:PersistentVolumeClaim", claim),
      resource("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "reader" },
      }),
    );
    assert.deepEqual(objectsIn(text), [
      { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "lab", name: "data", stays: false },
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "reader", stays: false },
    ]);
  });

  it("say which of them stay when the stack goes", () => {
    const kept = resource("kubernetes:core/v1:PersistentVolumeClaim", claim, { retainOnDelete: true });
    assert.deepEqual(
      objectsIn(exported(kept)).map(({ stays }) => stays),
      [true],
    );
  });

  it("are not what it has read, changed a part of, or has elsewhere", () => {
    const text = exported(
      resource("kubernetes:core/v1:Secret", { ...claim, kind: "Secret" }, { external: true }),
      resource("kubernetes:core/v1:SecretPatch", { ...claim, kind: "Secret" }),
      resource("random:index/randomPassword:RandomPassword", { result: "x" }),
      resource("pulumi:providers:kubernetes", { version: "4" }),
      { type: "gourmetgram:lab:Mlflow", custom: false },
    );
    assert.deepEqual(objectsIn(text), []);
  });

  it("are none where nothing is deployed", () => {
    assert.deepEqual(objectsIn(JSON.stringify({ deployment: null })), []);
    assert.deepEqual(objectsIn("{}"), []);
  });
});

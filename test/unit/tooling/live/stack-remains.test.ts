import assert from "node:assert/strict";
import { DATA_LABELS } from "../../../../components/kubernetes";
import { hasGoingData, hasStayingData, objectsIn } from "../../../../tooling/live/objects/stack-remains";

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

  it("say whether its data stays: what is retained goes with a namespace that goes", () => {
    const labels = DATA_LABELS;
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "lab", labels } };
    const data = { ...claim, metadata: { ...claim.metadata, labels } };
    const of = (retainOnDelete: boolean) =>
      objectsIn(
        exported(
          resource("kubernetes:core/v1:Namespace", namespace, { retainOnDelete }),
          resource("kubernetes:core/v1:PersistentVolumeClaim", data, { retainOnDelete: true }),
          resource("kubernetes:core/v1:ConfigMap", { ...claim, kind: "ConfigMap" }),
        ),
      );
    assert.deepEqual([hasStayingData(of(true)), hasGoingData(of(true))], [true, false]);
    assert.deepEqual([hasStayingData(of(false)), hasGoingData(of(false))], [false, true]);
    const none = objectsIn(exported(resource("kubernetes:core/v1:PersistentVolumeClaim", claim)));
    assert.deepEqual([hasStayingData(none), hasGoingData(none)], [false, false]);
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

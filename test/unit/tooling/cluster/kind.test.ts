import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { clusterNotes, foreignContainers } from "../../../../tooling/cluster/kind";
import { nodeCount } from "../../../../tooling/cluster/node-count";
import { nodeNetwork } from "../../../../tooling/cluster/images/node-network";
import { nodeStorage } from "../../../../tooling/cluster/images/node-storage";
import type { ClusterRecord } from "../../../../tooling/machine/cluster-record";
import { labImages } from "../../../../tooling/machine/docker/image-names";

const RECORD: ClusterRecord = {
  containers: ["aaa", "bbb"],
  volumes: [],
  madeNetwork: true,
  images: "built",
  madeFrom: "0123",
  kubernetes: "1.34.3",
  nodes: 2,
  ports: [30500],
  settings: {},
};

const node = (id: string) => ({ id, name: `gourmetgram-${id}`, running: true });

describe("a cluster that is there already", () => {
  it("is the lab's if its containers are those that the lab made", () => {
    assert.deepEqual(foreignContainers([node("aaa"), node("bbb")], RECORD), []);
    assert.deepEqual(foreignContainers([node("aaa"), node("ccc")], RECORD), [node("ccc")]);
    assert.deepEqual(foreignContainers([node("ccc")], undefined), [node("ccc")]);
  });

  it("is the lab's while it is being made, and the containers have no ids yet", () => {
    assert.deepEqual(foreignContainers([node("ccc")], { ...RECORD, containers: [] }), []);
  });

  it("stays as it is when the checkout would make another one, and that is told", () => {
    const again =
      "  npm run down, then npm run up makes a new one, which deletes the data of this one: " +
      "npm run backup -- FILE before, and npm run restore -- FILE after, keep it";
    const same = { madeFrom: "0123", kubernetes: "1.34.3", nodes: 2 };
    assert.deepEqual(clusterNotes(RECORD, same), []);
    assert.deepEqual(clusterNotes(RECORD, { madeFrom: "4567", kubernetes: "1.35.0", nodes: 1 }), [
      "The cluster stays as it is: its nodes have Kubernetes 1.34.3 and the images of when it was made; " +
        "this checkout would make them with Kubernetes 1.35.0 and newer ones.\n" +
        again,
      "The cluster stays as it is: it has 2 nodes, and GOURMETGRAM_NODES asks for 1.\n" + again,
    ]);
  });
});

describe("how many nodes a new cluster gets", () => {
  const before = process.env["GOURMETGRAM_NODES"];
  afterEach(() => {
    if (before === undefined) delete process.env["GOURMETGRAM_NODES"];
    else process.env["GOURMETGRAM_NODES"] = before;
  });

  it("is one, or what GOURMETGRAM_NODES says", () => {
    delete process.env["GOURMETGRAM_NODES"];
    assert.equal(nodeCount(), 1);
    process.env["GOURMETGRAM_NODES"] = "2";
    assert.equal(nodeCount(), 2);
  });

  it("is refused if it is no number from 1 to 9", () => {
    for (const value of ["0", "10", "two", "1.5"]) {
      process.env["GOURMETGRAM_NODES"] = value;
      assert.throws(() => nodeCount(), {
        message:
          `GOURMETGRAM_NODES is ${value}: expected a number from 1 to 9\n` +
          "  remedy: GOURMETGRAM_NODES=1 npm run up",
      });
    }
  });
});

describe("what a node image that is built here brings along", () => {
  const kinds = (text: string): string[] =>
    parseAllDocuments(text).map((document) => String((document.toJS() as { kind: string }).kind));

  it("is a network, as kind expects it in /kind/manifests, with an image that the node has", () => {
    assert.deepEqual(kinds(nodeNetwork()), [
      "ConfigMap",
      "ServiceAccount",
      "ClusterRole",
      "ClusterRoleBinding",
      "DaemonSet",
    ]);
    assert.ok(nodeNetwork().includes(`image: ${labImages.kubeRouter}`));
  });

  it("refuses what a pod sends to a Service without a ready pod, by a rule that iproute2 takes", () => {
    const [rule = ""] = /ip rule add [^;]+/.exec(nodeNetwork().replaceAll(/\s+/g, " ")) ?? [];
    assert.match(rule, /iif kube-bridge to 10\.96\.0\.0\/16 unreachable$/);
  });

  it("is a default storage class, and on each node what makes its volumes", () => {
    assert.deepEqual(kinds(nodeStorage()), [
      "StorageClass",
      "ServiceAccount",
      "ClusterRole",
      "ClusterRoleBinding",
      "ClusterRoleBinding",
      "DaemonSet",
    ]);
    assert.ok(nodeStorage().includes(`image: ${labImages.storageProvisioner}`));
  });
});

import assert from "node:assert/strict";
import type { V1Node } from "@kubernetes/client-node";
import { loadKubeconfig } from "../../../../components/kubernetes";
import { diskPressure, findNodes } from "../../../../tooling/live/disk-pressure";
import { FakeCluster } from "../../../support/fake-lab";

const node = (name: string, pressure: string): V1Node => ({
  metadata: { name },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "DiskPressure", status: pressure },
    ],
  },
});

describe("what is said of the nodes' disks", () => {
  it("is the nodes on which kubelet finds too little room", () => {
    assert.equal(diskPressure([]), undefined);
    assert.equal(diskPressure([node("a", "False"), { metadata: { name: "b" } }]), undefined);
    assert.deepEqual(diskPressure([node("a", "False"), node("b", "True"), node("c", "True")]), {
      problem: "the disk of b, c is nearly full: kubelet ends pods there, and starts few",
      remedy: "free some on that disk; npm run kubectl -- describe node b shows when there is room",
    });
  });

  it("is nothing where there is no cluster, or it does not tell", async () => {
    assert.equal(await findNodes(() => Promise.reject(new Error("no kubeconfig"))), undefined);
    const cluster = await FakeCluster.start();
    try {
      const config = () => loadKubeconfig({ kubeconfig: cluster.kubeconfig });
      cluster.objects.set("/api/v1/nodes", () => ({ items: [node("a", "True")] }));
      assert.equal((await findNodes(config))?.length, 1);
      cluster.objects.set("/api/v1/nodes", () => {
        throw new Error("etcd has ended");
      });
      assert.equal(await findNodes(config), undefined);
    } finally {
      await cluster.stop();
    }
  });
});

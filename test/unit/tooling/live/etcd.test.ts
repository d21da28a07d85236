import assert from "node:assert/strict";
import { etcdAlarm, etcdBytes, storageBytes } from "../../../../tooling/live/etcd";

describe("what is said of etcd", () => {
  it("is its size, as the API server measures it of each member", () => {
    const metrics = [
      "# TYPE apiserver_storage_size_bytes gauge",
      'apiserver_storage_size_bytes{storage_cluster_id="etcd-0"} 3.35872e+07',
      'apiserver_storage_size_bytes{storage_cluster_id="etcd-1"} 1.5e+09',
      "apiserver_storage_objects 5",
    ].join("\n");
    assert.equal(storageBytes(metrics), 1_500_000_000);
    assert.equal(storageBytes("apiserver_storage_objects 5"), undefined);
  });

  it("is nothing where there is no cluster", async () => {
    assert.equal(await etcdBytes(() => Promise.reject(new Error("no kubeconfig"))), undefined);
  });

  it("is an alarm from half of what it takes by default", () => {
    assert.equal(etcdAlarm(1024 ** 3 - 1), undefined);
    const { problem, remedy } = etcdAlarm(1.5 * 1024 ** 3) ?? {};
    assert.match(problem ?? "", /^etcd holds 1\.5 GiB/);
    assert.match(remedy ?? "", /^npm run kubectl/);
  });
});

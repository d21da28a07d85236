import assert from "node:assert/strict";
import type { Cluster } from "../../../../tooling/live/api-clients";
import { freeHangingNamespaces } from "../../../../tooling/class/cluster/student-cluster";

describe("a student's namespace that hangs", () => {
  it("is freed of the finalizers of runs and pods, also of those that are not Argo's", async () => {
    const patched: unknown[] = [];
    const patch = (request: unknown): Promise<void> => {
      patched.push(request);
      return Promise.resolve();
    };
    const deletionTimestamp = new Date(0);
    const cluster = {
      core: {
        readNamespace: ({ name }: { name: string }) =>
          Promise.resolve({ metadata: /-(?:staging|build)$/.test(name) ? {} : { deletionTimestamp } }),
        listNamespacedPod: () =>
          Promise.resolve({
            items: [{ metadata: { name: "p", finalizers: ["workflows.argoproj.io/status"] } }],
          }),
        patchNamespacedPod: patch,
      },
      objects: {
        listNamespacedCustomObject: () =>
          Promise.resolve({
            items: [
              { metadata: { name: "forged", finalizers: ["example.com/mine"] } },
              { metadata: { name: "other" } },
            ],
          }),
        patchNamespacedCustomObject: patch,
      },
    } as unknown as Cluster;
    assert.deepEqual(await freeHangingNamespaces(cluster, "alice"), [
      "workflow gourmetgram-alice/forged",
      "pod gourmetgram-alice/p",
    ]);
    const body = [{ op: "remove", path: "/metadata/finalizers" }];
    assert.deepEqual(
      patched.map((each) => (each as { body: unknown }).body),
      [body, body],
    );
  });
});

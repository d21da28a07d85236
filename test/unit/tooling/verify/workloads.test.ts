import assert from "node:assert/strict";
import type { Cluster } from "../../../../tooling/live/api-clients";
import { without } from "../../../../tooling/verify/pods/workloads";

/** A cluster with one workload, which has as many pods as it is to have. */
class FakeCluster {
  replicas = 1;
  /** How many times the API server does not answer a change. */
  away = 0;

  constructor(private readonly kind: "Deployment" | "StatefulSet") {}

  get cluster(): Cluster {
    const scale = { spec: {} };
    const apps = {
      [`readNamespaced${this.kind}`]: () =>
        Promise.resolve({
          spec: { replicas: this.replicas, selector: { matchLabels: {} }, template: { spec: {} } },
        }),
      [`readNamespaced${this.kind}Scale`]: () => Promise.resolve(scale),
      [`replaceNamespaced${this.kind}Scale`]: ({ body }: { body: { spec: { replicas: number } } }) => {
        if (body.spec.replicas > 0 && this.away-- > 0) return Promise.reject(new Error("no answer"));
        this.replicas = body.spec.replicas;
        return Promise.resolve(body);
      },
    };
    const pod = { status: { conditions: [{ type: "Ready", status: "True" }] } };
    const core = {
      listNamespacedPod: () => Promise.resolve({ items: Array.from({ length: this.replicas }, () => pod) }),
    };
    return { apps, core } as unknown as Cluster;
  }
}

describe("a workload that is stopped", () => {
  const place = { namespace: "lab", name: "mlflow" };
  const progress = (): void => undefined;

  for (const kind of ["Deployment", "StatefulSet"] as const)
    it(`is started again after the work: a ${kind}`, async () => {
      const fake = new FakeCluster(kind);
      const { signal } = new AbortController();
      const work = (): Promise<number> => Promise.resolve(fake.replicas);
      assert.equal(await without(fake.cluster, { ...place, kind }, { progress, signal }, work), 0);
      assert.equal(fake.replicas, 1);
    });

  it("is started again after a signal, also where the API server does not answer at once", async () => {
    const fake = new FakeCluster("Deployment");
    fake.away = 1;
    const stop = new AbortController();
    const work = (): Promise<never> => {
      stop.abort(new Error("interrupted"));
      return Promise.reject(new Error("interrupted"));
    };
    await assert.rejects(
      without(fake.cluster, place, { progress, signal: stop.signal }, work),
      /interrupted/,
    );
    assert.equal(fake.replicas, 1);
  });
});

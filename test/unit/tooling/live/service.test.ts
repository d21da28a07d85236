import assert from "node:assert/strict";
import { ApiException, type CoreV1Api, type V1Pod, type V1Service } from "@kubernetes/client-node";
import { readyPodOf, serviceOf, serviceOnNodePort } from "../../../../tooling/live/addresses/service";

const MLFLOW = { namespace: "lab", name: "mlflow", port: 8000 };

function service(
  targetPort: string | number | undefined,
  selector = { app: "mlflow", tier: "web" },
): V1Service {
  const port = { port: 8000, nodePort: 30800, ...(targetPort === undefined ? {} : { targetPort }) };
  return { metadata: { namespace: "lab", name: "mlflow" }, spec: { selector, ports: [port] } };
}

function pod(name: string, ready: boolean, rest: Partial<V1Pod["metadata"]> = {}): V1Pod {
  return {
    metadata: { name, ...rest },
    spec: { containers: [{ name: "server", ports: [{ name: "http", containerPort: 8080 }] }] },
    status: {
      conditions: [{ type: "Ready", status: ready ? "True" : "False", reason: "ContainersNotReady" }],
    },
  };
}

/** An API server with one Service and its pods. */
function core(found: V1Service | number, pods: V1Pod[] = []): CoreV1Api & { selectors: string[] } {
  const selectors: string[] = [];
  const api = {
    selectors,
    readNamespacedService: () =>
      typeof found === "number"
        ? Promise.reject(new ApiException(found, "", { message: "not for you" }, {}))
        : Promise.resolve(found),
    listNamespacedPod: ({ labelSelector }: { labelSelector: string }) => {
      selectors.push(labelSelector);
      return Promise.resolve({ items: pods });
    },
    listServiceForAllNamespaces: () => Promise.resolve({ items: [{}, found] }),
  };
  return api as unknown as CoreV1Api & { selectors: string[] };
}

describe("live: services", () => {
  it("are found by an address inside the cluster, and by no other", () => {
    assert.deepEqual(serviceOf("http://mlflow.lab.svc.cluster.local:8000"), MLFLOW);
    assert.deepEqual(serviceOf("https://argo-server.argo.svc"), {
      namespace: "argo",
      name: "argo-server",
      port: 443,
    });
    assert.equal(serviceOf("https://github.com/team/app.git"), undefined);
    assert.equal(serviceOf("http://localhost:30800"), undefined);
  });

  it("are found by their node port", async () => {
    assert.deepEqual(await serviceOnNodePort(core(service("http")), 30800), MLFLOW);
    assert.equal(await serviceOnNodePort(core(service("http")), 30801), undefined);
  });

  it("lead to a ready pod that stays, at the port that they name", async () => {
    const leaving = pod("mlflow-old", true, { deletionTimestamp: new Date() });
    const pods = [leaving, pod("mlflow-starting", false), pod("mlflow-new", true)];
    const api = core(service("http"), pods);
    assert.deepEqual(await readyPodOf(api, MLFLOW), { namespace: "lab", pod: "mlflow-new", port: 8080 });
    assert.deepEqual(api.selectors, ["app=mlflow,tier=web"]);
    assert.equal((await readyPodOf(core(service(8001), pods), MLFLOW)).port, 8001);
    assert.equal((await readyPodOf(core(service(undefined), pods), MLFLOW)).port, 8000);
  });

  it("say how their pods are if none is ready", async () => {
    const waiting = pod("mlflow-b", false);
    waiting.status = {
      ...waiting.status,
      containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } } as never],
    };
    const pods = [pod("mlflow-a", true, { deletionTimestamp: new Date() }), waiting, pod("mlflow-c", false)];
    await assert.rejects(readyPodOf(core(service("http"), pods), MLFLOW), {
      name: "NoReadyPod",
      message:
        "no pod of service mlflow in lab is ready: mlflow-a is Terminating, mlflow-b is ImagePullBackOff, " +
        "mlflow-c is ContainersNotReady",
    });
    await assert.rejects(readyPodOf(core(service("http")), MLFLOW), {
      name: "NoReadyPod",
      message: "no pod of service mlflow in lab is ready: it has none",
    });
  });

  it("say what they lack, and what may not be read", async () => {
    const pods = [pod("mlflow-a", true)];
    const reasons: [V1Service | number, typeof MLFLOW, string][] = [
      [404, MLFLOW, "there is no service mlflow in lab"],
      [403, MLFLOW, "service mlflow in lab cannot be read: not for you"],
      [service("http", {} as never), MLFLOW, "service mlflow in lab selects no pods"],
      [service("http"), { ...MLFLOW, port: 81 }, "service mlflow in lab has no port 81"],
      [service("web"), MLFLOW, 'service mlflow in lab leads to port "web", which pod mlflow-a lacks'],
    ];
    for (const [found, asked, message] of reasons) {
      await assert.rejects(readyPodOf(core(found, pods), asked), { name: "Error", message });
    }
  });
});

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { assertNotSecret, onlyResource, promiseOf, resetMocks } from "../../../support/mocks";
import { deployment, MLFLOW_LABELS, mlflowArgs, service, variable, workload } from "../../../support/mlflow";
import { Mlflow } from "../../../../components/mlflow/mlflow";

describe("the way to MLflow", () => {
  beforeEach(() => resetMocks());

  it("has addresses that anyone may see", async () => {
    const mlflow = new Mlflow("mlflow", mlflowArgs({}, { host: "192.0.2.7" }));

    const outputs = {
      url: "http://mlflow.lab.svc.cluster.local:8000",
      externalUrl: "http://192.0.2.7:30800",
      deploymentName: "mlflow",
    };
    assert.deepEqual(
      await promiseOf(
        pulumi.output({
          url: mlflow.url,
          externalUrl: mlflow.externalUrl,
          deploymentName: mlflow.deploymentName,
        }),
      ),
      outputs,
    );
    assert.deepEqual((await onlyResource("gourmetgram:index:Mlflow")).outputs, outputs);
    await assertNotSecret(mlflow.url, "url");
    await assertNotSecret(mlflow.externalUrl, "externalUrl");
  });

  it("answers at a node port", async () => {
    new Mlflow("mlflow", mlflowArgs());
    assert.deepEqual((await service()).inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "mlflow", namespace: "lab", labels: MLFLOW_LABELS },
      spec: {
        type: "NodePort",
        selector: MLFLOW_LABELS,
        ports: [{ name: "http", port: 8000, targetPort: "http", nodePort: 30800 }],
      },
    });
  });

  it("is where its pages may change something from, and nothing else at the same host", async () => {
    new Mlflow(
      "mlflow",
      mlflowArgs({}, { host: "192.0.2.7", externalIps: ["192.0.2.8"], allowedHosts: ["mlflow.example.org"] }),
    );
    assert.deepEqual(variable(workload(await deployment()), "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"), {
      name: "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
      value:
        "http://192.0.2.7:30800,http://192.0.2.8:8000,https://mlflow.example.org,http://mlflow.example.org",
    });
  });

  it("answers at a load balancer, whose address it also takes for its own", async () => {
    const mlflow = new Mlflow("mlflow", mlflowArgs({}, { type: "LoadBalancer" }));
    const { inputs, urn } = await service();
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "mlflow",
        namespace: "lab",
        labels: MLFLOW_LABELS,
        annotations: { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}" },
      },
      spec: {
        type: "LoadBalancer",
        selector: MLFLOW_LABELS,
        ports: [{ name: "http", port: 8000, targetPort: "http" }],
      },
    });
    assert.equal(await promiseOf(mlflow.externalUrl), "http://203.0.113.10:8000");
    const server = await deployment();
    assert.match(
      JSON.stringify(variable(workload(server), "MLFLOW_SERVER_ALLOWED_HOSTS")),
      /,203\.0\.113\.10,203\.0\.113\.10:\*"/,
    );
    assert.ok(server.dependencies.includes(urn));
  });

  it("answers inside the cluster only, or through a port-forward", async () => {
    const mlflow = new Mlflow("mlflow", mlflowArgs({}, { type: "ClusterIP" }));
    assert.deepEqual((await service()).inputs["spec"], {
      type: "ClusterIP",
      selector: MLFLOW_LABELS,
      ports: [{ name: "http", port: 8000, targetPort: "http" }],
    });
    assert.equal(await promiseOf(mlflow.externalUrl), "http://localhost:8000");
  });

  it("answers at external IP addresses and under further names", async () => {
    const mlflow = new Mlflow(
      "mlflow",
      mlflowArgs(
        {},
        {
          type: "ClusterIP",
          host: "lab.example.org",
          externalIps: ["203.0.113.7", "2001:db8::7"],
          allowedHosts: ["*.example.org", "localhost"],
        },
      ),
    );
    assert.deepEqual((await service()).inputs["spec"], {
      type: "ClusterIP",
      selector: MLFLOW_LABELS,
      ports: [{ name: "http", port: 8000, targetPort: "http" }],
      externalIPs: ["203.0.113.7", "2001:db8::7"],
    });
    assert.equal(await promiseOf(mlflow.externalUrl), "http://203.0.113.7:8000");
    assert.match(
      JSON.stringify(variable(workload(await deployment()), "MLFLOW_SERVER_ALLOWED_HOSTS")),
      // Each once, although `localhost` was given again.
      /,localhost,localhost:\*,127\.0\.0\.1,127\.0\.0\.1:\*,lab\.example\.org,lab\.example\.org:\*,203\.0\.113\.7,203\.0\.113\.7:\*,\[2001:db8::7\],\[2001:db8::7\]:\*,\*\.example\.org,\*\.example\.org:\*"/,
    );
  });
});

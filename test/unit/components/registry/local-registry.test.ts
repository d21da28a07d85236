import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { childrenOf, onlyResource, promiseOf, resetMocks } from "../../../support/mocks";
import { LocalRegistry, type LocalRegistryArgs } from "../../../../components/registry/local-registry";
import { dataName } from "../../../../components/kubernetes/data/name";
import { LOCKED_DOWN, unprivileged } from "../../../support/restricted";

const ARGS: LocalRegistryArgs = {
  image: "registry:3",
  nodePort: 30500,
  storage: "10Gi",
  pullFrom: "node-port",
};
const LABELS = { "app.kubernetes.io/name": "registry", "app.kubernetes.io/part-of": "gourmetgram" };

describe("LocalRegistry", () => {
  beforeEach(() => resetMocks());

  it("is a Deployment with a volume behind a node port", async () => {
    const registry = new LocalRegistry("registry", ARGS);

    assert.deepEqual(await childrenOf(registry), [
      "kubernetes:core/v1:PersistentVolumeClaim registry-data",
      "kubernetes:core/v1:Service registry-service",
      "kubernetes:apps/v1:Deployment registry-server",
    ]);
    const claim = await onlyResource("kubernetes:core/v1:PersistentVolumeClaim");
    assert.deepEqual(claim.inputs, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: dataName("registry-data"),
        namespace: "kube-system",
        labels: { ...LABELS, "gourmetgram.dev/data": "goes-with-stack" },
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
    });
    const service = await onlyResource("kubernetes:core/v1:Service");
    assert.deepEqual(service.inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "registry", namespace: "kube-system", labels: LABELS },
      spec: {
        type: "NodePort",
        selector: LABELS,
        ports: [{ name: "http", port: 5000, targetPort: "http", nodePort: 30500 }],
      },
    });
    const deployment = await onlyResource("kubernetes:apps/v1:Deployment");
    assert.deepEqual(deployment.inputs, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "registry", namespace: "kube-system", labels: LABELS },
      spec: {
        replicas: 1,
        selector: { matchLabels: LABELS },
        strategy: { type: "Recreate" },
        template: {
          metadata: { labels: LABELS },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: unprivileged(1000),
            containers: [
              {
                name: "registry",
                image: "registry:3",
                env: [
                  { name: "REGISTRY_HTTP_ADDR", value: ":5000" },
                  { name: "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", value: "/var/lib/registry" },
                  { name: "REGISTRY_HTTP_DEBUG_ADDR", value: "" },
                  { name: "REGISTRY_LOG_LEVEL", value: "info" },
                  { name: "OTEL_TRACES_EXPORTER", value: "none" },
                ],
                ports: [{ name: "http", containerPort: 5000 }],
                readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 5 },
                livenessProbe: {
                  httpGet: { path: "/", port: "http" },
                  periodSeconds: 20,
                  failureThreshold: 3,
                },
                resources: {
                  requests: { cpu: "20m", memory: "64Mi" },
                  limits: { cpu: "1", memory: "256Mi" },
                },
                securityContext: LOCKED_DOWN,
                volumeMounts: [{ name: "data", mountPath: "/var/lib/registry" }],
              },
            ],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: dataName("registry-data") } }],
          },
        },
      },
    });
  });

  it("gives an address to pods, nodes and whoever pushes", async () => {
    const registry = new LocalRegistry("registry", ARGS);

    const addresses = {
      inCluster: "registry.kube-system.svc.cluster.local:5000",
      fromNodes: "localhost:30500",
      forPushing: "localhost:30500",
      own: true,
      plainHttp: true,
    };
    assert.deepEqual(await promiseOf(pulumi.output(registry.addresses)), addresses);
    const component = await onlyResource("gourmetgram:index:LocalRegistry");
    assert.deepEqual(component.outputs, { addresses });
  });

  it("is pushed to where the stack says", async () => {
    const registry = new LocalRegistry("registry", { ...ARGS, pushAddress: "host.docker.internal:30500" });
    assert.equal(await promiseOf(registry.addresses.forPushing), "host.docker.internal:30500");
    assert.equal(await promiseOf(registry.target.pullAddress), "localhost:30500");
  });

  it("is pulled from by the address that was chosen", async () => {
    const byPort = new LocalRegistry("one", ARGS).target;
    const elsewhere = new LocalRegistry("three", { ...ARGS, pullAddress: "192.0.2.7:30500" }).target;
    const byName = new LocalRegistry("two", { ...ARGS, pullFrom: "in-cluster" }).target;
    assert.equal(await promiseOf(byPort.pullAddress), "localhost:30500");
    assert.equal(await promiseOf(byName.pullAddress), "registry.kube-system.svc.cluster.local:5000");
    assert.equal(await promiseOf(elsewhere.pullAddress), "192.0.2.7:30500");
    assert.equal(await promiseOf(elsewhere.addresses.fromNodes), "192.0.2.7:30500");
  });

  it("says what a push has to wait for, and what keeps the images", async () => {
    const { ready, storage, credentials, pods } = new LocalRegistry("registry", ARGS).target;
    assert.deepEqual(await urns(ready), [
      (await onlyResource("kubernetes:apps/v1:Deployment")).urn,
      (await onlyResource("kubernetes:core/v1:Service")).urn,
    ]);
    assert.deepEqual(await urns(storage), [
      (await onlyResource("kubernetes:core/v1:PersistentVolumeClaim")).urn,
    ]);
    assert.equal(credentials, undefined);
    assert.deepEqual(pods, { namespace: "kube-system", labels: LABELS, port: 5000 });
  });

  // Pods pull what the base provides without a name, so they need no Secret with the password of who may push it.
  it("with a guard is pushed to by the base's user, and pulled from by everyone", () => {
    const { credentials, pullCredentials, guarded } = new LocalRegistry("registry", {
      ...ARGS,
      guard: { image: "nginx:1", spacePerStudent: "2Gi" },
    }).target;
    assert.equal(credentials?.username, "base");
    assert.equal(pullCredentials, undefined);
    assert.equal(guarded, true);
  });

  it("takes a storage class", async () => {
    new LocalRegistry("registry", { ...ARGS, storageClass: "fast" });
    const claim = await onlyResource("kubernetes:core/v1:PersistentVolumeClaim");
    assert.deepEqual(claim.inputs["spec"], {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
      storageClassName: "fast",
    });
  });
});

function urns(resources: readonly pulumi.Resource[]): Promise<string[]> {
  return Promise.all(resources.map((each) => promiseOf(each.urn)));
}

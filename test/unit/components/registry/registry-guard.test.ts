import assert from "node:assert/strict";
import {
  assertChildNames,
  childrenOf,
  generatedName,
  onlyResource,
  resetMocks,
} from "../../../support/mocks";
import { parse } from "yaml";
import { registryConfiguration } from "../../../../tooling/cluster/images/registry-configuration";
import { LocalRegistry } from "../../../../components/registry/local-registry";
import { guardConfig } from "../../../../components/registry/registry-guard-config";
import { RegistryGuard } from "../../../../components/registry/registry-guard";
import { KEEP_MEASURING } from "../../../../components/registry/registry-space";
import { dataName } from "../../../../components/kubernetes/data/name";
import { LOCKED_DOWN } from "../../../support/restricted";

const LABELS = { part: "registry" };
const GUARD = { image: "nginx:1", spacePerStudent: "2Gi" };
const ARGS = {
  ...GUARD,
  port: 5000,
  data: { volume: "data", path: "/var/lib/registry" },
  labels: LABELS,
};

// What the configuration lets pass is tried with nginx and a registry in test/engine/registry-guard.test.ts and
// registry-space.test.ts.
describe("RegistryGuard", () => {
  beforeEach(() => resetMocks());

  it("has a configuration, a place for users and the user base", async () => {
    const guard = new RegistryGuard("guard", ARGS);

    assert.deepEqual((await childrenOf(guard)).sort(), [
      "gourmetgram:index:RegistryUser guard-base",
      "kubernetes:core/v1:ConfigMap guard-config",
      "kubernetes:core/v1:Secret guard-users",
    ]);
    await assertChildNames();
    const config = await onlyResource("kubernetes:core/v1:ConfigMap");
    assert.deepEqual(config.inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "kube-system", labels: LABELS },
      immutable: true,
      data: {
        "nginx.conf": guardConfig(
          {
            listen: 5000,
            registry: "127.0.0.1:5002",
            users: "/users",
            temp: "/tmp",
            space: "/space",
          },
          2_097_152,
        ),
      },
    });
    assert.equal(guard.credentials.username, "base");
  });

  // A key among its inputs would make it this stack's to replace, with all that students have added.
  it("leaves the users' Secret empty, and adds its own user as students do, once it is there", async () => {
    new RegistryGuard("guard", ARGS);
    const users = await onlyResource("kubernetes:core/v1:Secret");
    assert.deepEqual(users.inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "kube-system", name: "registry-users", labels: LABELS },
      type: "Opaque",
    });
    const key = await onlyResource("kubernetes:core/v1:SecretPatch");
    assert.ok(key.dependencies.includes(users.urn));
    assert.deepEqual(Object.keys(key.inputs["data"] as object), ["base"]);
  });

  // A port twice in a pod would keep the registry from starting; another one would be open to every pod.
  it("leaves the registry one port, whatever the settings of the official image open", async () => {
    for (const guard of [undefined, GUARD]) {
      resetMocks();
      new LocalRegistry("registry", {
        image: "registry:3",
        nodePort: 30500,
        storage: "10Gi",
        pullFrom: "node-port",
        ...(guard === undefined ? {} : { guard }),
      });
      const deployment = await onlyResource("kubernetes:apps/v1:Deployment");
      const { template } = deployment.inputs["spec"] as unknown as {
        template: { spec: { containers: { env?: { name: string; value: string }[] }[] } };
      };
      const [registry] = template.spec.containers;
      const set = new Map(registry?.env?.map(({ name, value }) => [name, value]));
      const { http } = parse(registryConfiguration) as { http: { addr: string; debug: { addr: string } } };
      const addresses = [
        set.get("REGISTRY_HTTP_ADDR") ?? http.addr,
        set.get("REGISTRY_HTTP_DEBUG_ADDR") ?? http.debug.addr,
      ];
      assert.deepEqual(addresses, [guard === undefined ? ":5000" : "127.0.0.1:5002", ""]);
    }
  });

  it("takes the registry's port, and leaves it one that nobody else reaches", async () => {
    new LocalRegistry("registry", {
      image: "registry:3",
      nodePort: 30500,
      storage: "10Gi",
      pullFrom: "node-port",
      guard: GUARD,
    });
    const deployment = await onlyResource("kubernetes:apps/v1:Deployment");
    const { template } = deployment.inputs["spec"] as {
      template: { spec: { containers: unknown[]; volumes: unknown[] } };
    };
    assert.deepEqual(template.spec.containers, [
      {
        name: "registry",
        image: "registry:3",
        env: [
          { name: "REGISTRY_HTTP_ADDR", value: "127.0.0.1:5002" },
          { name: "REGISTRY_HTTP_RELATIVEURLS", value: "true" },
          { name: "REGISTRY_STORAGE_DELETE_ENABLED", value: "true" },
          { name: "REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR", value: "" },
          { name: "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", value: "/var/lib/registry" },
          { name: "REGISTRY_HTTP_DEBUG_ADDR", value: "" },
          { name: "REGISTRY_LOG_LEVEL", value: "info" },
          { name: "OTEL_TRACES_EXPORTER", value: "none" },
        ],
        livenessProbe: {
          httpGet: { path: "/healthz", port: 5000 },
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "1", memory: "256Mi" } },
        securityContext: LOCKED_DOWN,
        volumeMounts: [{ name: "data", mountPath: "/var/lib/registry" }],
      },
      {
        name: "guard",
        image: "nginx:1",
        command: ["nginx", "-e", "stderr", "-c", "/etc/registry-guard/nginx.conf"],
        ports: [{ name: "http", containerPort: 5000 }],
        readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 5, timeoutSeconds: 5 },
        livenessProbe: {
          httpGet: { path: "/alive", port: "http" },
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
        resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
        securityContext: LOCKED_DOWN,
        volumeMounts: [
          { name: "guard-config", mountPath: "/etc/registry-guard", readOnly: true },
          { name: "guard-users", mountPath: "/users", readOnly: true },
          { name: "guard-temp", mountPath: "/tmp" },
          { name: "guard-space", mountPath: "/space", readOnly: true },
          { name: "data", mountPath: "/var/lib/registry" },
        ],
      },
      {
        name: "space",
        image: "nginx:1",
        command: [
          "sh",
          "-c",
          KEEP_MEASURING,
          "space",
          "/var/lib/registry/docker/registry/v2",
          "/space",
          "2097152",
        ],
        resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
        securityContext: LOCKED_DOWN,
        volumeMounts: [
          { name: "data", mountPath: "/var/lib/registry", readOnly: true },
          { name: "guard-space", mountPath: "/space" },
        ],
      },
    ]);
    assert.deepEqual(template.spec.volumes, [
      { name: "data", persistentVolumeClaim: { claimName: dataName("registry-data") } },
      { name: "guard-config", configMap: { name: generatedName("registry-guard-config") } },
      { name: "guard-users", secret: { secretName: "registry-users", defaultMode: 0o440 } },
      { name: "guard-temp", emptyDir: { sizeLimit: "256Mi" } },
      { name: "guard-space", emptyDir: { sizeLimit: "16Mi" } },
    ]);
    // The pod starts with the base's user in place, so whoever waits for it can push.
    const key = await onlyResource("kubernetes:core/v1:SecretPatch");
    assert.ok(deployment.dependencies.includes(key.urn));
  });
});

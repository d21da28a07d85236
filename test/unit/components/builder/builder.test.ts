import assert from "node:assert/strict";
import { childrenOf, generatedName, onlyResource, promiseOf, resetMocks } from "../../../support/mocks";
import { Builder, type BuilderArgs } from "../../../../components/builder/builder";
import { LocalRegistry } from "../../../../components/registry/local-registry";
import { externalRegistry } from "../../../../components/registry/registry";
import { unprivileged } from "../../../support/restricted";

const LABELS = { "app.kubernetes.io/name": "buildkitd", "app.kubernetes.io/part-of": "gourmetgram" };
const ARGS: BuilderArgs = {
  namespace: "build",
  image: "buildkit:1",
  mode: "rootless",
  disk: "10Gi",
  clients: "lab",
  registry: externalRegistry({ address: "ghcr.io/team" }),
};
const UNAWAITED = { "pulumi.com/skipAwait": "true" };
const PROBE = {
  exec: { command: ["buildctl", "--addr", "tcp://127.0.0.1:1234", "debug", "workers"] },
};

const server = () => onlyResource("kubernetes:apps/v1:Deployment", "builder-server");

/** The arguments with a registry in the cluster. */
function withLocalRegistry(): BuilderArgs {
  const registry = new LocalRegistry("registry", {
    image: "registry:3",
    nodePort: 30500,
    storage: "1Gi",
    pullFrom: "node-port",
  });
  return { ...ARGS, registry: registry.target };
}

/** No frontends from images, and no history of builds that have ended. */
const HARDENING = [
  '[frontend."gateway.v0"]',
  "  enabled = false",
  "",
  "[history]",
  '  maxAge = "0s"',
  "  maxEntries = 0",
];

describe("Builder", () => {
  beforeEach(() => resetMocks());

  it("is a BuildKit without root and without a pod, in a namespace of its own", async () => {
    const builder = new Builder("builder", ARGS);

    assert.equal(await promiseOf(builder.address), "tcp://buildkitd.build.svc.cluster.local:1234");
    assert.deepEqual((await childrenOf(builder)).sort(), [
      "kubernetes:apps/v1:Deployment builder-server",
      "kubernetes:core/v1:ConfigMap builder-config",
      "kubernetes:core/v1:Namespace builder-namespace",
      "kubernetes:core/v1:ResourceQuota builder-quota",
      "kubernetes:core/v1:Service builder-service",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy builder-network",
    ]);
    const namespace = await onlyResource("kubernetes:core/v1:Namespace");
    assert.deepEqual(namespace.inputs["metadata"], {
      name: "build",
      labels: {
        "app.kubernetes.io/part-of": "gourmetgram",
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/enforce-version": "latest",
      },
    });
    assert.deepEqual((await server()).inputs, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "buildkitd", namespace: "build", labels: LABELS, annotations: UNAWAITED },
      spec: {
        replicas: 0,
        revisionHistoryLimit: 1,
        selector: { matchLabels: LABELS },
        strategy: { type: "Recreate" },
        template: {
          metadata: { labels: LABELS },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: unprivileged(1000),
            terminationGracePeriodSeconds: 5,
            containers: [
              {
                name: "buildkitd",
                image: "buildkit:1",
                args: [
                  "--addr",
                  "tcp://0.0.0.0:1234",
                  "--config",
                  "/etc/buildkit/buildkitd.toml",
                  "--oci-worker-no-process-sandbox",
                ],
                ports: [{ name: "buildkit", containerPort: 1234 }],
                startupProbe: { ...PROBE, periodSeconds: 1, timeoutSeconds: 10, failureThreshold: 120 },
                readinessProbe: { ...PROBE, periodSeconds: 10, timeoutSeconds: 10 },
                livenessProbe: { ...PROBE, periodSeconds: 30, timeoutSeconds: 20, failureThreshold: 6 },
                resources: {
                  requests: { cpu: "50m", memory: "256Mi", "ephemeral-storage": "0" },
                  limits: { cpu: "2", memory: "2Gi", "ephemeral-storage": "10Gi" },
                },
                securityContext: {
                  seccompProfile: { type: "Unconfined" },
                  appArmorProfile: { type: "Unconfined" },
                  allowPrivilegeEscalation: true,
                },
                volumeMounts: [
                  { name: "config", mountPath: "/etc/buildkit", readOnly: true },
                  { name: "cache", mountPath: "/home/user/.local/share/buildkit" },
                ],
              },
            ],
            volumes: [
              { name: "config", configMap: { name: generatedName("builder-config") } },
              { name: "cache", emptyDir: { sizeLimit: "10Gi" } },
            ],
          },
        },
      },
    });
    const service = await onlyResource("kubernetes:core/v1:Service");
    assert.deepEqual(service.inputs["spec"], {
      selector: LABELS,
      ports: [{ name: "buildkit", port: 1234, targetPort: "buildkit" }],
    });
    assert.deepEqual((await onlyResource("kubernetes:core/v1:ResourceQuota")).inputs["spec"], {
      hard: {
        pods: "2",
        "requests.cpu": "100m",
        "requests.memory": "512Mi",
        "limits.cpu": "4",
        "limits.memory": "4Gi",
        persistentvolumeclaims: "0",
        "services.nodeports": "0",
        "services.loadbalancers": "0",
      },
    });
  });

  it("builds as root on the node where it is told to", async () => {
    new Builder("builder", { ...ARGS, mode: "privileged" });

    const { template } = (await server()).inputs["spec"] as unknown as {
      template: { spec: { securityContext: unknown; containers: Record<string, unknown>[] } };
    };
    assert.deepEqual(template.spec.securityContext, { runAsUser: 0, runAsGroup: 0 });
    const [container] = template.spec.containers;
    assert.deepEqual(container?.["command"], ["buildkitd"]);
    assert.deepEqual(container["args"], [
      "--addr",
      "tcp://0.0.0.0:1234",
      "--config",
      "/etc/buildkit/buildkitd.toml",
    ]);
    assert.deepEqual(container["securityContext"], { privileged: true });
    assert.match(JSON.stringify(container["volumeMounts"]), /"mountPath":"\/var\/lib\/buildkit"/);
  });

  it("builds as root of the pod's own user namespace where it is told to", async () => {
    new Builder("builder", { ...ARGS, mode: "userns" });

    const { template } = (await server()).inputs["spec"] as unknown as {
      template: {
        spec: { hostUsers?: boolean; securityContext: unknown; containers: Record<string, unknown>[] };
      };
    };
    assert.equal(template.spec.hostUsers, false);
    assert.deepEqual(template.spec.securityContext, { runAsUser: 0, runAsGroup: 0 });
    const [container] = template.spec.containers;
    assert.deepEqual(container?.["command"], ["buildkitd"]);
    assert.deepEqual(container["env"], [{ name: "USER", value: "root" }]);
    assert.deepEqual(container["securityContext"], { privileged: true });
    assert.match(JSON.stringify(container["volumeMounts"]), /"mountPath":"\/var\/lib\/buildkit"/);
  });

  it("keeps its cache within its disk, and speaks plain HTTP to a registry in the cluster", async () => {
    new Builder("builder", withLocalRegistry());

    const config = await onlyResource("kubernetes:core/v1:ConfigMap");
    assert.deepEqual(config.inputs["data"], {
      "buildkitd.toml": [
        "[worker.oci]",
        "  gc = true",
        '  maxUsedSpace = "8589934592"',
        "  max-parallelism = 4",
        "",
        ...HARDENING,
        "",
        '[registry."registry.kube-system.svc.cluster.local:5000"]',
        "  http = true",
        "",
      ].join("\n"),
    });
    assert.equal(config.inputs["immutable"], true);
  });

  it("speaks HTTPS to a registry elsewhere", async () => {
    new Builder("builder", ARGS);
    const config = await onlyResource("kubernetes:core/v1:ConfigMap");
    assert.deepEqual(config.inputs["data"], {
      "buildkitd.toml": [
        "[worker.oci]",
        "  gc = true",
        '  maxUsedSpace = "8589934592"',
        "  max-parallelism = 4",
        "",
        ...HARDENING,
        "",
      ].join("\n"),
    });
  });

  it("speaks plain HTTP to a registry elsewhere that does, whatever the path of its images", async () => {
    const registry = externalRegistry({
      address: "localhost:5001/team",
      inClusterAddress: "kind-registry:5000/team",
      plainHttp: true,
    });
    new Builder("builder", { ...ARGS, registry });
    const { data } = (await onlyResource("kubernetes:core/v1:ConfigMap")).inputs as {
      data: Record<string, string>;
    };
    assert.match(data["buildkitd.toml"] ?? "", /\n\[registry\."kind-registry:5000"\]\n  http = true\n$/);
  });

  it("is reached by the build's pods alone, and reaches name servers and the registry alone", async () => {
    new Builder("builder", withLocalRegistry());

    const policy = await onlyResource("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    assert.deepEqual(policy.inputs["spec"], {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "lab" } },
              podSelector: { matchLabels: { "gourmetgram.dev/role": "build-image" } },
            },
          ],
          ports: [{ protocol: "TCP", port: 1234 }],
        },
      ],
      egress: [
        {
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
        {
          to: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
              podSelector: {
                matchLabels: {
                  "app.kubernetes.io/name": "registry",
                  "app.kubernetes.io/part-of": "gourmetgram",
                },
              },
            },
          ],
          ports: [{ protocol: "TCP", port: 5000 }],
        },
      ],
    });
  });

  it("reaches a registry elsewhere, wherever that is, but no metadata service of a cloud", async () => {
    new Builder("builder", ARGS);
    const policy = await onlyResource("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    const [, registry] = (policy.inputs["spec"] as { egress: unknown[] }).egress;
    assert.deepEqual(registry, {
      to: [
        { namespaceSelector: {} },
        { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } },
        { ipBlock: { cidr: "::/0", except: ["fd00:ec2::/32"] } },
      ],
      ports: [{ protocol: "TCP", port: 443 }],
    });
  });
});

import {
  assertChildNames,
  assertTree,
  childrenOf,
  onlyResource,
  promiseOf,
  recorded,
  resetMocks,
} from "../../../support/mocks";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { controllerConfiguration } from "../../../../components/argo/argo-controller-config";
import { ARGO_KINDS } from "../../../../components/argo/argo-crds";
import { CONTROLLER_RULES, READ_CONFIGURATION, SERVER_RULES } from "../../../../components/argo/argo-rights";
import { ArgoWorkflows, type ArgoWorkflowsArgs } from "../../../../components/argo/argo-workflows";
import { LOCKED_DOWN, unprivileged } from "../../../support/restricted";

const ARGS = {
  mode: "install",
  namespace: "argo",
  managed: { namespace: "lab" },
  images: { controller: "quay/controller:1", executor: "quay/executor:1", server: "quay/server:1" },
  serverNodePort: 30746,
  externalHost: "lab.example",
} satisfies ArgoWorkflowsArgs;

const RBAC = "rbac.authorization.k8s.io";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CONTROLLER_LABELS = {
  "app.kubernetes.io/name": "workflow-controller",
  "app.kubernetes.io/part-of": "gourmetgram",
};
const SERVER_LABELS = { ...CONTROLLER_LABELS, "app.kubernetes.io/name": "argo-server" };

/** What both programs have in common. */
function deployment(name: string, labels: Record<string, string>, container: object) {
  const configuration = createHash("sha256").update(controllerConfiguration()).digest("hex");
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "argo", labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { "gourmetgram.dev/workflow-controller-configmap": configuration } },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          nodeSelector: { "kubernetes.io/os": "linux" },
          securityContext: unprivileged(8737),
          containers: [
            {
              name,
              ...container,
              securityContext: LOCKED_DOWN,
              volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
            },
          ],
          volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
        },
      },
    },
  };
}

describe("ArgoWorkflows, where it is installed", () => {
  beforeEach(() => resetMocks());

  it("creates namespace, kinds, configuration, controller and server, each program with its rights", async () => {
    const argo = new ArgoWorkflows("argo", ARGS);
    const kinds = ARGO_KINDS.map(
      ({ plural }) => `kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition argo-crd-${plural}`,
    );
    assert.deepEqual(
      (await childrenOf(argo)).sort(),
      [
        ...kinds,
        "gourmetgram:index:PlatformNamespace argo-namespace",
        "gourmetgram:index:ArgoProgram argo-controller",
        "gourmetgram:index:ArgoProgram argo-server",
        "kubernetes:core/v1:ConfigMap argo-configuration",
        "kubernetes:core/v1:Service argo-server-service",
      ].sort(),
    );
    const all = await recorded();
    for (const program of ["argo-controller", "argo-server"]) {
      const { urn } = await onlyResource("gourmetgram:index:ArgoProgram", program);
      assert.deepEqual(
        all
          .filter(({ parent }) => parent === urn)
          .map(({ type, name }) => `${type} ${name}`)
          .sort(),
        [
          `${DEPLOYMENT} ${program}-deployment`,
          `kubernetes:core/v1:ServiceAccount ${program}-account`,
          `kubernetes:${RBAC}/v1:Role ${program}-configuration-role`,
          `kubernetes:${RBAC}/v1:Role ${program}-workflows-role`,
          `kubernetes:${RBAC}/v1:RoleBinding ${program}-configuration-binding`,
          `kubernetes:${RBAC}/v1:RoleBinding ${program}-workflows-binding`,
        ],
      );
    }
    await assertChildNames();
    await assertTree();
  });

  it("puts its own programs into a namespace that admits only restricted pods", async () => {
    new ArgoWorkflows("argo", ARGS);
    const { inputs } = await onlyResource("kubernetes:core/v1:Namespace");
    const { name, labels } = inputs["metadata"] as { name: string; labels: Record<string, string> };
    assert.equal(name, "argo");
    assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
  });

  it("names the configuration as Argo looks for it", async () => {
    new ArgoWorkflows("argo", ARGS);
    assert.deepEqual((await onlyResource("kubernetes:core/v1:ConfigMap")).inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "workflow-controller-configmap", namespace: "argo" },
      data: { config: controllerConfiguration() },
    });
  });

  it("runs one controller, for the lab's namespace alone", async () => {
    new ArgoWorkflows("argo", ARGS);
    const httpGet = { path: "/healthz", port: "health" };
    assert.deepEqual(
      (await onlyResource(DEPLOYMENT, "argo-controller-deployment")).inputs,
      deployment("workflow-controller", CONTROLLER_LABELS, {
        image: "quay/controller:1",
        args: ["--namespaced", "--managed-namespace", "lab", "--executor-image", "quay/executor:1"],
        env: [
          { name: "LEADER_ELECTION_DISABLE", value: "true" },
          { name: "DEFAULT_REQUEUE_TIME", value: "1s" },
          {
            name: "TRANSIENT_ERROR_PATTERN",
            value: "^the server was unable to return a response in the time allotted",
          },
          { name: "EXPRESSION_TEMPLATES", value: "false" },
        ],
        ports: [{ name: "health", containerPort: 6060 }],
        readinessProbe: { httpGet, periodSeconds: 5 },
        livenessProbe: {
          httpGet,
          initialDelaySeconds: 90,
          periodSeconds: 60,
          timeoutSeconds: 30,
          failureThreshold: 3,
        },
        resources: {
          requests: { cpu: "50m", memory: "128Mi" },
          limits: { cpu: "1", memory: "512Mi" },
        },
      }),
    );
  });

  it("runs one server, which acts with the rights of whoever asks", async () => {
    new ArgoWorkflows("argo", ARGS);
    const httpGet = { path: "/", port: "https", scheme: "HTTPS" };
    assert.deepEqual(
      (await onlyResource(DEPLOYMENT, "argo-server-deployment")).inputs,
      deployment("argo-server", SERVER_LABELS, {
        image: "quay/server:1",
        args: [
          "server",
          "--auth-mode=client",
          "--namespaced",
          "--managed-namespace",
          "lab",
          "--hsts=false",
          "--allowed-link-protocol=http",
          "--allowed-link-protocol=https",
          "--allowed-link-protocol=",
        ],
        env: [
          { name: "FIRST_TIME_USER_MODAL", value: "false" },
          { name: "FEEDBACK_MODAL", value: "false" },
          { name: "NEW_VERSION_MODAL", value: "false" },
          { name: "EXPRESSION_TEMPLATES", value: "false" },
        ],
        ports: [{ name: "https", containerPort: 2746 }],
        readinessProbe: { httpGet, periodSeconds: 5 },
        livenessProbe: { httpGet, initialDelaySeconds: 30, periodSeconds: 30, failureThreshold: 3 },
        resources: {
          requests: { cpu: "20m", memory: "96Mi" },
          limits: { cpu: "1", memory: "512Mi" },
        },
      }),
    );
    assert.deepEqual((await onlyResource("kubernetes:core/v1:Service")).inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "argo-server", namespace: "argo", labels: SERVER_LABELS },
      spec: {
        type: "NodePort",
        selector: SERVER_LABELS,
        ports: [{ name: "https", port: 2746, targetPort: "https", nodePort: 30746 }],
      },
    });
  });

  for (const [account, child, rules] of [
    ["workflow-controller", "argo-controller", CONTROLLER_RULES],
    ["argo-server", "argo-server", SERVER_RULES],
  ] as const) {
    it(`gives ${account} its rights, in the lab's namespace and beside its configuration`, async () => {
      new ArgoWorkflows("argo", ARGS);
      const apiVersion = `${RBAC}/v1`;
      const grants = { workflows: ["lab", rules], configuration: ["argo", [READ_CONFIGURATION]] };
      for (const [suffix, [namespace, granted]] of Object.entries(grants)) {
        const metadata = { name: account, namespace };
        const role = await onlyResource(`kubernetes:${RBAC}/v1:Role`, `${child}-${suffix}-role`);
        assert.deepEqual(role.inputs, { apiVersion, kind: "Role", metadata, rules: granted });
        const binding = await onlyResource(`kubernetes:${RBAC}/v1:RoleBinding`, `${child}-${suffix}-binding`);
        assert.deepEqual(binding.inputs, {
          apiVersion,
          kind: "RoleBinding",
          metadata,
          roleRef: { apiGroup: RBAC, kind: "Role", name: account },
          subjects: [{ kind: "ServiceAccount", name: account, namespace: "argo" }],
        });
      }
      const created = await onlyResource("kubernetes:core/v1:ServiceAccount", `${child}-account`);
      assert.deepEqual(created.inputs, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: account, namespace: "argo" },
        automountServiceAccountToken: false,
      });
    });
  }

  it("gives no right in the whole cluster", async () => {
    new ArgoWorkflows("argo", ARGS);
    assert.deepEqual(
      (await recorded()).map(({ type }) => type).filter((type) => type.includes("ClusterRole")),
      [],
    );
  });

  it("starts its programs when the kinds, the rights and the configuration are there", async () => {
    new ArgoWorkflows("argo", ARGS);
    const all = await recorded();
    for (const program of ["argo-controller", "argo-server"]) {
      const { dependencies } = await onlyResource(DEPLOYMENT, `${program}-deployment`);
      const awaited = all
        .filter(
          ({ name }) =>
            name.startsWith("argo-crd-") ||
            name === "argo-configuration" ||
            [`${program}-configuration-binding`, `${program}-workflows-binding`].includes(name),
        )
        .map(({ urn }) => urn);
      assert.equal(awaited.length, ARGO_KINDS.length + 3);
      assert.deepEqual(
        awaited.filter((urn) => !dependencies.includes(urn)),
        [],
      );
    }
  });

  it("is ready for templates once the kinds and the controller are there", async () => {
    const argo = new ArgoWorkflows("argo", ARGS);
    const ready = await Promise.all(argo.ready.map((resource) => promiseOf(resource.urn)));
    const expected = (await recorded())
      .filter(({ name }) => name.startsWith("argo-crd-") || name === "argo-controller-deployment")
      .map(({ urn }) => urn);
    assert.deepEqual(ready.sort(), expected.sort());
  });

  it("gives the server's address outside the cluster", async () => {
    const argo = new ArgoWorkflows("argo", ARGS);
    assert.equal(await promiseOf(argo.serverUrl), "https://lab.example:30746");
    const { outputs } = await onlyResource("gourmetgram:index:ArgoWorkflows");
    assert.deepEqual(outputs, { serverUrl: "https://lab.example:30746" });
  });
});

describe("ArgoWorkflows, where the cluster has it", () => {
  beforeEach(() => resetMocks());

  it("creates nothing, and gives the server's address inside the cluster", async () => {
    const argo = new ArgoWorkflows("argo", { ...ARGS, mode: "existing" });
    assert.equal(await promiseOf(argo.serverUrl), "https://argo-server.argo.svc.cluster.local:2746");
    assert.deepEqual(argo.ready, []);
    assert.deepEqual(
      (await recorded()).map(({ type }) => type),
      ["gourmetgram:index:ArgoWorkflows"],
    );
  });
});

import { assertChildNames, onlyResource, recorded, resetMocks } from "../../../support/mocks";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AppRepository } from "../../../../components/app-repository/app-repository";
import { Mlflow } from "../../../../components/mlflow/mlflow";
import { Postgres } from "../../../../components/mlflow/postgres";
import { externalRegistry } from "../../../../components/registry/registry";
import { Staging } from "../../../../components/staging/staging";
import { StudentNetwork } from "../../../../components/class/network/student-network";
import type { StudentPoliciesArgs } from "../../../../components/class/network/student-policies";
import { type End, passes } from "../../../support/network";

const BUILDKIT = { "app.kubernetes.io/name": "buildkitd" };
const ARGO_SERVER = { "app.kubernetes.io/name": "argo-server" };
const ARGS: StudentPoliciesArgs = {
  namespace: "alice",
  stagingNamespace: "alice-staging",
  builder: { namespace: "build", labels: BUILDKIT, port: 1234 },
  argoServer: { namespace: "argo", labels: ARGO_SERVER, port: 2746 },
  apiServerAddresses: [],
  apiServerPorts: [443, 6443],
  externalRepository: undefined,
  externalRegistryPorts: [],
  externalDatabasePort: undefined,
  s3Port: undefined,
};

/** The pods of a student. */
function podsOf(namespace: string) {
  const service = (name: string): Record<string, string> => ({
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/part-of": "gourmetgram",
  });
  const workflow = { "workflows.argoproj.io/workflow": "train-model-x7f2p" };
  return {
    step: { namespace, labels: workflow },
    build: { namespace, labels: { ...workflow, "gourmetgram.dev/role": "build-image" } },
    mlflow: { namespace, labels: service("mlflow") },
    postgres: { namespace, labels: service("mlflow-postgres") },
    git: { namespace, labels: service("app-repository") },
    application: { namespace: `${namespace}-staging`, labels: service("gourmetgram") },
    other: { namespace, labels: { app: "other" } },
    otherInStaging: { namespace: `${namespace}-staging`, labels: { app: "other" } },
    fakeBuild: { namespace, labels: { "gourmetgram.dev/role": "build-image" } },
  } satisfies Record<string, End>;
}

const ALICE = podsOf("alice");
const BOB = podsOf("bob");
/** What is not a student's. */
const ELSEWHERE = {
  nameServer: { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
  apiServer: { address: "10.214.0.1" },
  buildkit: { namespace: "build", labels: BUILDKIT },
  registry: { namespace: "kube-system", labels: { "app.kubernetes.io/name": "registry" } },
  argoServer: { namespace: "argo", labels: { "app.kubernetes.io/name": "argo-server" } },
  internet: { address: "203.0.113.7" },
} satisfies Record<string, End>;
const PORTS = ["53/UDP", 53, 80, 443, 1234, 2746, 3000, 5000, 5432, 6443, 8000, 8080, 10250] as const;

async function policies() {
  return (await recorded()).filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
}

/** All ways that a student's pods have to anyone, as `pod -> pod port`. Ways to every address are told once. */
async function waysOf(pods: Readonly<Record<string, End>>): Promise<string[]> {
  const all = await policies();
  const targets: Readonly<Record<string, End>> = {
    ...ALICE,
    ...Object.fromEntries(Object.entries(BOB).map(([name, pod]) => [`bob's ${name}`, pod])),
    ...ELSEWHERE,
  };
  return Object.entries(pods).flatMap(([from, pod]) =>
    PORTS.flatMap((port) => {
      const reached = Object.keys(targets).filter((to) => passes(all, pod, targets[to] ?? {}, port));
      return reached.includes("internet")
        ? [`${from} -> any ${port}`]
        : reached.map((to) => `${from} -> ${to} ${port}`);
    }),
  );
}

describe("StudentNetwork", () => {
  beforeEach(() => resetMocks());

  it("opens the ways that the lab needs, and no others", async () => {
    new StudentNetwork("network", ARGS);
    new StudentNetwork("other", { ...ARGS, namespace: "bob", stagingNamespace: "bob-staging" });
    const step = (name: string): string[] => [
      `${name} -> any 53/UDP`,
      `${name} -> any 53`,
      `${name} -> any 443`,
      `${name} -> any 6443`,
      `${name} -> mlflow 8000`,
      `${name} -> application 8000`,
      `${name} -> git 8080`,
    ];
    assert.deepEqual(
      (await waysOf(ALICE)).sort(),
      [
        ...step("step"),
        ...step("build"),
        "build -> buildkit 1234",
        "git -> any 53/UDP",
        "git -> any 53",
        "git -> argoServer 2746",
        "mlflow -> any 53/UDP",
        "mlflow -> any 53",
        "mlflow -> postgres 5432",
      ].sort(),
    );
  });

  it("lets nobody in who is in a namespace without policies", async () => {
    new StudentNetwork("network", ARGS);
    const all = await policies();
    const stranger = { namespace: "default", labels: ALICE.build.labels };
    const open = Object.entries(ALICE).flatMap(([name, pod]) =>
      PORTS.filter((port) => passes(all, stranger, pod, port)).map((port) => `${name} ${port}`),
    );
    assert.deepEqual(open, []);
  });

  it("leads to the API server alone where its addresses are known", async () => {
    new StudentNetwork("network", { ...ARGS, apiServerAddresses: ["10.214.0.1/32", "10.215.0.1/32"] });
    const all = await policies();
    for (const address of ["10.214.0.1", "10.215.0.1"]) {
      assert.deepEqual(
        PORTS.filter((port) => passes(all, ALICE.step, { address }, port)),
        ["53/UDP", 53, 443, 6443],
      );
    }
    assert.ok(!passes(all, ALICE.step, ELSEWHERE.internet, 443));
  });

  it("leads to the ports that the API server has", async () => {
    new StudentNetwork("network", { ...ARGS, apiServerPorts: [443, 8443] });
    const all = await policies();
    assert.deepEqual(
      [443, 6443, 8443].filter((port) => passes(all, ALICE.step, ELSEWHERE.apiServer, port)),
      [443, 8443],
    );
  });

  it("follows what the lab keeps elsewhere", async () => {
    new StudentNetwork("network", {
      ...ARGS,
      externalRepository: "http://git.example:3000/team/app.git",
      externalRegistryPorts: [443, 5000],
      externalDatabasePort: 5432,
      s3Port: 443,
      apiServerAddresses: ["10.214.0.1/32"],
    });
    const all = await policies();
    const { internet } = ELSEWHERE;
    const to = (pod: End) => PORTS.filter((port) => passes(all, pod, internet, port));
    assert.deepEqual(to(ALICE.step), ["53/UDP", 53, 3000]);
    assert.deepEqual(to(ALICE.build), ["53/UDP", 53, 443, 3000, 5000]);
    assert.deepEqual(to(ALICE.mlflow), ["53/UDP", 53, 443, 5432]);
    // Name servers may be link-local, with a cache on each node; nothing else there is reached.
    for (const address of ["169.254.169.254", "fd00:ec2::254"]) {
      for (const pod of [ALICE.step, ALICE.build, ALICE.mlflow]) {
        const reached = PORTS.filter((port) => passes(all, pod, { address }, port));
        assert.deepEqual(reached, ["53/UDP", 53], address);
      }
    }
    // There is no pod of them, so there is no way to one either.
    const names = all.map(({ inputs }) => (inputs["metadata"] as { name: string }).name);
    assert.deepEqual(names.sort(), [
      "application",
      "build-pods",
      "default-deny",
      "default-deny",
      "mlflow",
      "workflow-pods",
    ]);
  });

  for (const [url, port] of [
    ["https://git.example/team/app.git", 443],
    ["http://git.example/team/app.git", 80],
  ] as const) {
    it(`leads to ${url} on port ${port}`, async () => {
      new StudentNetwork("network", {
        ...ARGS,
        externalRepository: url,
        apiServerAddresses: ["10.214.0.1/32"],
      });
      const all = await policies();
      assert.deepEqual(
        PORTS.filter((each) => passes(all, ALICE.step, ELSEWHERE.internet, each)),
        ["53/UDP", 53, port],
      );
    });
  }

  it("makes policies under the names that people see", async () => {
    new StudentNetwork("network", ARGS);
    const deny = await onlyResource(
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "network-staging-default-deny",
    );
    assert.deepEqual(deny.inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: {
        name: "default-deny",
        namespace: "alice-staging",
        labels: { "app.kubernetes.io/part-of": "gourmetgram" },
      },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] },
    });
    const application = await onlyResource(
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "network-staging-application",
    );
    assert.deepEqual(application.inputs["spec"], {
      podSelector: { matchLabels: ALICE.application.labels },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "alice" } },
              podSelector: {
                matchExpressions: [{ key: "workflows.argoproj.io/workflow", operator: "Exists" }],
              },
            },
          ],
          ports: [{ protocol: "TCP", port: 8000 }],
        },
      ],
    });
    await assertChildNames();
  });

  it("knows the pods by the labels and ports that the components give them", async () => {
    const registry = externalRegistry({ address: "ghcr.io/team" });
    const common = { namespace: "alice", image: "image:1", storage: "1Gi", externalHost: "localhost" };
    new Postgres("postgres", common);
    new Mlflow("mlflow", {
      ...common,
      databaseUri: pulumi.secret("postgresql://"),
      exposure: { type: "ClusterIP", nodePort: 0, host: "localhost", externalIps: [], allowedHosts: [] },
    });
    const webhook = { eventsUrl: "https://argo-server.argo:2746", secret: "gEh3im", runsUrl: "https://host" };
    new AppRepository("app-repository", { ...common, branch: "main", webhook });
    new Staging("staging", { ...common, namespace: "alice-staging", registry });
    const found = (await recorded())
      .filter(({ type }) => /apps\/v1:(Deployment|StatefulSet)$/.test(type))
      .map(({ name, inputs }) => {
        const { template } = inputs["spec"] as unknown as {
          template: { metadata: End; spec: { containers: { ports: { containerPort: number }[] }[] } };
        };
        const port = template.spec.containers[0]?.ports[0]?.containerPort;
        return [name, { labels: template.metadata.labels, port }] as const;
      });
    assert.deepEqual(Object.fromEntries(found), {
      "postgres-server": { labels: ALICE.postgres.labels, port: 5432 },
      "mlflow-server": { labels: ALICE.mlflow.labels, port: 8000 },
      "app-repository-server": { labels: ALICE.git.labels, port: 8080 },
      "staging-deployment": { labels: ALICE.application.labels, port: 8000 },
    });
  });
});

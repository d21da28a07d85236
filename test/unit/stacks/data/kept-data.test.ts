import { onlyResource, recorded, resetMocks, setConfig, STACK } from "../../../support/mocks";
import { runProgram } from "../../../support/program";
import assert from "node:assert/strict";
import type { KubernetesObject } from "@kubernetes/client-node";
import { loadConfig } from "../../../../config/load";
import { keptData } from "../../../../stacks/data/kept-data";
import { clusterWith, object } from "../../../support/live-cluster";

const ALICE = { scope: "student", student: "alice", baseStack: "course-base" };
const OWN = { "app.kubernetes.io/instance": STACK, "app.kubernetes.io/managed-by": "pulumi" };
const STAYS = { ...OWN, "gourmetgram.dev/data": "outlives-stack" };

const of = (data: string, labels: object = STAYS) => ({
  "app.kubernetes.io/name": data,
  "app.kubernetes.io/part-of": "gourmetgram",
  ...labels,
});
const kept = (kind: string, path: string, labels: object, more: object = {}) =>
  object(kind, path, {
    metadata: {
      labels,
      managedFields: [
        { manager: "kube-controller-manager", operation: "Update" },
        { manager: "pulumi-kubernetes-1234", operation: "Apply" },
      ],
    },
    ...more,
  });
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What a student's stack has left. */
const LEFT = [
  kept("Namespace", "gourmetgram-alice", STAYS),
  kept("PersistentVolumeClaim", "gourmetgram-alice/mlflow-artifacts-1", of("mlflow")),
  kept("PersistentVolumeClaim", "gourmetgram-alice/app-repository-data-1", of("app-repository")),
  kept("Secret", "gourmetgram-alice/postgres-credentials-1", of("mlflow-postgres"), {
    data: { password: base64("from-then") },
  }),
  kept("Secret", "gourmetgram-alice/app-repository-users-1", of("app-repository"), {
    data: { users: base64("student:push-from-then\n") },
  }),
];

async function foundIn(
  objects: readonly KubernetesObject[],
  settings = ALICE as object,
  secrets: Record<string, string> = {},
) {
  resetMocks();
  setConfig(settings as Parameters<typeof setConfig>[0], secrets);
  return keptData(loadConfig(), STACK, clusterWith({ objects }));
}

describe("data that has outlived its stack", () => {
  it("is what says so, with the values of its Secrets and who has applied it", async () => {
    const found = await foundIn(LEFT);
    assert.deepEqual(
      found.map(({ kind, name, data }) => [kind, name, data]),
      [
        ["Namespace", "gourmetgram-alice", undefined],
        ["PersistentVolumeClaim", "mlflow-artifacts-1", "mlflow"],
        ["PersistentVolumeClaim", "app-repository-data-1", "app-repository"],
        ["Secret", "postgres-credentials-1", "mlflow-postgres"],
        ["Secret", "app-repository-users-1", "app-repository"],
      ],
    );
    assert.deepEqual(found[3]?.values, { password: "from-then" });
    assert.deepEqual([...new Set(found.map(({ manager }) => manager))], ["pulumi-kubernetes-1234"]);
  });

  it("is not what a server uses, what goes with its stack, or what is another's", async () => {
    const server = object("Deployment", "gourmetgram-alice/mlflow");
    const names = (await foundIn([...LEFT, server])).map(({ name }) => name);
    assert.ok(!names.includes("mlflow-artifacts-1"));
    const claim = (labels: object) => [
      kept("PersistentVolumeClaim", "gourmetgram-alice/mlflow-artifacts-1", of("mlflow", labels)),
    ];
    const other = { ...STAYS, "app.kubernetes.io/instance": "second" };
    for (const labels of [{ ...OWN, "gourmetgram.dev/data": "goes-with-stack" }, OWN, other]) {
      assert.deepEqual(await foundIn(claim(labels)), []);
    }
  });

  it("is the registry's volume in a base", async () => {
    const claim = kept("PersistentVolumeClaim", "kube-system/registry-data-1", of("registry"));
    assert.deepEqual(
      (await foundIn([claim], { scope: "base" })).map(({ name }) => name),
      ["registry-data-1"],
    );
  });

  it("is the volume of backups, unless a CronJob uses it", async () => {
    const name = "gourmetgram-backup";
    const claim = kept("PersistentVolumeClaim", `${name}/backup-data-1`, of(name));
    const settings = { scope: "base", backupSchedule: "0 3 * * *" };
    const secrets = { backupPassphrase: "several words" };
    const names = async (...objects: KubernetesObject[]) =>
      (await foundIn(objects, settings, secrets)).map((each) => each.name);
    assert.deepEqual(await names(claim), ["backup-data-1"]);
    assert.deepEqual(await names(claim, object("CronJob", `${name}/${name}`)), []);
  });

  it("is used by the next stack: names, passwords and all", async () => {
    resetMocks();
    setConfig({ ...ALICE, keepData: "true" });
    const endpoints = object("EndpointSlice", "default/kubernetes");
    const standard = object("StorageClass", "standard", {
      metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    });
    const cluster = clusterWith({ objects: [...LEFT, endpoints, standard] });
    await runProgram(() => Promise.resolve(cluster));
    const metadataOf = async (type: string, name: string) =>
      (await onlyResource(`kubernetes:core/v1:${type}`, name)).inputs["metadata"] as {
        name: string;
        annotations: object;
      };
    const manager = { "pulumi.com/patchFieldManager": "pulumi-kubernetes-1234" };
    // They are bound, for which the provider would wait in vain.
    const ofClaim = { ...manager, "pulumi.com/skipAwait": "true" };
    for (const [type, name, expected, annotations] of [
      ["PersistentVolumeClaim", "mlflow-artifacts", "mlflow-artifacts-1", ofClaim],
      ["PersistentVolumeClaim", "app-repository-data", "app-repository-data-1", ofClaim],
      ["Secret", "postgres-credentials", "postgres-credentials-1", manager],
      ["Secret", "app-repository-users", "app-repository-users-1", manager],
    ] as const) {
      const metadata = await metadataOf(type, name);
      assert.deepEqual([metadata.name, metadata.annotations], [expected, annotations], name);
    }
    assert.deepEqual((await metadataOf("Namespace", "platform-namespace")).annotations, manager);
    const postgres = await onlyResource("kubernetes:core/v1:Secret", "postgres-credentials");
    assert.deepEqual(postgres.inputs["stringData"], { password: "from-then" });
    assert.ok(postgres.secretPaths.some((path) => path.startsWith("stringData")));
    const mlflow = await onlyResource("kubernetes:core/v1:Secret", "mlflow-credentials");
    assert.match(JSON.stringify(mlflow.inputs["stringData"]), /postgresql:\/\/mlflow:from-then@/);
  });
});

describe("a stack whose data is to outlive it", () => {
  for (const [title, settings, names] of [
    [
      "a student",
      ALICE,
      [
        "app-repository-data",
        "app-repository-users",
        "mlflow-artifacts",
        "platform-namespace",
        "postgres-credentials",
      ],
    ],
    ["a base", { scope: "base" }, ["registry-data"]],
  ] as [string, Record<string, string>, string[]][]) {
    it(`keeps data, what opens it and the namespace around both, and nothing else: ${title}`, async () => {
      resetMocks({ preview: true });
      setConfig({ ...settings, keepData: "true" });
      await runProgram();
      const retained = (await recorded()).filter(
        // Argo's kinds stay while somebody uses them.
        ({ options, type }) => options.retainOnDelete === true && !type.endsWith(":CustomResourceDefinition"),
      );
      assert.deepEqual(retained.map(({ name }) => name).sort(), names);
      for (const { inputs, name } of retained) {
        const { labels } = inputs["metadata"] as { labels: Record<string, string> };
        assert.equal(labels["gourmetgram.dev/data"], "outlives-stack", name);
      }
    });
  }
});

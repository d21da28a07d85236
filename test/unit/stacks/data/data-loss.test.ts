import { recorded, resetMocks, setConfig, STACK } from "../../../support/mocks";
import { runProgram } from "../../../support/program";
import assert from "node:assert/strict";
import type { KubernetesObject } from "@kubernetes/client-node";
import { loadConfig } from "../../../../config/load";
import { dataLoss } from "../../../../stacks/data/data-loss";
import { textOf } from "../../../../stacks/preflight/finding";
import { clusterWith, object } from "../../../support/live-cluster";

const OWN = { "app.kubernetes.io/instance": STACK, "app.kubernetes.io/managed-by": "pulumi" };
const MOVE = "    fix: or move the data first, as docs/how-to/keep-data.md says";
const ALICE = { scope: "student", student: "alice", baseStack: "course-base" };

const namespace = (name: string, labels: object = OWN) => object("Namespace", name, { metadata: { labels } });

const claim = (data: string, path: string, more: object = {}, labels: object = {}) =>
  object("PersistentVolumeClaim", path, {
    metadata: {
      labels: { "app.kubernetes.io/name": data, "app.kubernetes.io/part-of": "gourmetgram", ...labels },
      ...more,
    },
    spec: { storageClassName: "standard", resources: { requests: { storage: "10Gi" } } },
  });

const PLATFORM = "gourmetgram-platform";
const MLFLOW = claim("mlflow", `${PLATFORM}/mlflow-artifacts-1`);
const UP = [
  namespace(PLATFORM),
  MLFLOW,
  claim("mlflow-postgres", `${PLATFORM}/data-mlflow-postgres-0`),
  claim("app-repository", `${PLATFORM}/app-repository-data-1`),
  claim("registry", "kube-system/registry-data-1", {}, OWN),
  object("StorageClass", "standard", { provisioner: "example.org/none" }),
];
const SIZES = { mlflowStorage: "10Gi", postgresStorage: "10Gi", appRepositoryStorage: "10Gi" };

async function found(
  settings: Parameters<typeof setConfig>[0],
  objects: readonly KubernetesObject[] = UP,
  secrets: Record<string, string> = {},
  hidden: readonly string[] = [],
): Promise<string[]> {
  resetMocks();
  setConfig({ ...SIZES, ...settings }, secrets);
  const findings = await dataLoss({
    config: loadConfig(),
    stack: STACK,
    cluster: clusterWith({ objects, hidden }),
    nodes: [],
  });
  return findings.map(textOf);
}

describe("a setting that would delete data", () => {
  it("is none of those that the volumes already have", async () => {
    assert.deepEqual(await found({}), []);
    assert.deepEqual(await found({ storageClass: "standard" }), []);
  });

  it("may be any while this identity may not see whether there is data, which is told with the missing right", async () => {
    const remedies = (resources: string): string =>
      "    fix: use the kubeconfig of a cluster administrator: pulumi config set kubernetes:context NAME\n" +
      "    fix: or have an administrator give the right: kubectl create clusterrole data-reader --verb=list " +
      `--resource=${resources} && kubectl create clusterrolebinding data-reader --clusterrole=data-reader --user=NAME`;
    const why = "in all namespaces, so nobody can tell whether a setting would delete data";
    const settings = { mlflowArtifactRoot: "s3://bucket/path" };
    assert.deepEqual(await found(settings, UP, {}, ["PersistentVolumeClaim"]), [
      `this identity may not list persistentvolumeclaims ${why}\n${remedies("persistentvolumeclaims")}`,
    ]);
    assert.deepEqual(await found(settings, UP, {}, ["Namespace", "PersistentVolumeClaim"]), [
      `this identity may not list namespaces and persistentvolumeclaims ${why}\n` +
        remedies("namespaces,persistentvolumeclaims"),
    ]);
  });

  it("is another storage class, named for each volume that has one, with the way back", async () => {
    const texts = await found({ storageClass: "fast" });
    assert.equal(texts.length, 4);
    assert.equal(
      texts[0],
      `gourmetgram:storageClass is fast, but the claim ${PLATFORM}/mlflow-artifacts-1 holds MLflow's artifacts on the class standard: a volume cannot change its class\n` +
        `    fix: pulumi config set gourmetgram:storageClass standard\n${MOVE}`,
    );
  });

  for (const [key, value, what] of [
    ["mlflowArtifactRoot", "s3://bucket/path", "MLflow's artifacts"],
    ["appRepositoryUrl", "https://git.example.org/app.git", "the application's repository"],
    ["externalRegistry", "registry.example.org/lab", "the registry's images"],
  ] as const) {
    it(`is ${key}, which takes a volume off the stack`, async () => {
      const texts = await found({ [key]: value });
      assert.equal(texts.length, 1, texts.join("\n"));
      assert.match(
        texts[0] ?? "",
        new RegExp(`^gourmetgram:${key} is set, .* holds ${what}, which would be`),
      );
      assert.match(texts[0] ?? "", new RegExp(`fix: pulumi config rm gourmetgram:${key}\n`));
    });
  }

  it("is an external database, whose address is not shown", async () => {
    const texts = await found({}, UP, {
      mlflowDatabaseUri: "postgresql://mlflow:hidden@db.example.org/mlflow",
    });
    assert.match(texts.join(), /^gourmetgram:mlflowDatabaseUri is set, .*data-mlflow-postgres-0/);
    assert.doesNotMatch(texts.join(), /hidden/);
  });

  it("is another namespace, another student or another scope", async () => {
    const [first, ...others] = await found({ namespace: "other" });
    assert.equal(
      first,
      `gourmetgram:namespace is other, but the claim ${PLATFORM}/mlflow-artifacts-1 holds MLflow's artifacts, which would be lost\n` +
        `    fix: pulumi config set gourmetgram:namespace ${PLATFORM}\n${MOVE}`,
    );
    assert.equal(others.length, 2);
    const bobs = [namespace("gourmetgram-bob"), claim("mlflow", "gourmetgram-bob/mlflow-artifacts-1")];
    assert.match((await found(ALICE, bobs)).join(), /^gourmetgram:student is alice, .*gourmetgram-bob/);
    assert.match((await found({ scope: "base" })).join(), /^gourmetgram:scope is base, /);
  });

  it("is the end of the schedule of backups, and another namespace for them", async () => {
    const backups = [
      namespace("gourmetgram-backup"),
      claim("gourmetgram-backup", "gourmetgram-backup/backup-data-1"),
    ];
    const passphrase = { backupPassphrase: "several words" };
    const set = { backupSchedule: "0 3 * * *" };
    assert.deepEqual(await found(set, backups, passphrase), []);
    assert.deepEqual(await found({}, backups), [
      "gourmetgram:backupSchedule is not set, but the claim gourmetgram-backup/backup-data-1 holds the backups, which would be lost\n" +
        "    fix: set it to what it was; pulumi config set gourmetgram:backupSuspended true has no more backups written\n" +
        "    fix: or npm run backup -- FOLDER --fetch, and then: kubectl delete pvc backup-data-1 -n gourmetgram-backup",
    ]);
    assert.match(
      (await found({ ...set, backupNamespace: "other" }, backups, passphrase)).join(),
      /^gourmetgram:backupNamespace is other, .*\n {4}fix: pulumi config set gourmetgram:backupNamespace gourmetgram-backup\n/,
    );
  });

  it("is a smaller volume, and a larger one where the class does not let it grow", async () => {
    const smaller = await found({ mlflowStorage: "5Gi", postgresStorage: "1Gi" });
    assert.equal(smaller.length, 2);
    assert.match(
      smaller[0] ?? "",
      /^gourmetgram:mlflowStorage is 5Gi, .* and has 10Gi: a volume cannot become smaller\n {4}fix: pulumi config set gourmetgram:mlflowStorage 10Gi/,
    );
    const [larger = ""] = await found({ mlflowStorage: "20Gi" });
    assert.match(larger, /^gourmetgram:mlflowStorage is 20Gi, .*standard does not let volumes grow\n/);
    const growing = object("StorageClass", "standard", { allowVolumeExpansion: true });
    const grown = [...UP.filter(({ kind }) => kind !== "StorageClass"), growing];
    assert.deepEqual(await found({ mlflowStorage: "20Gi" }, grown), []);
    // The claims of a StatefulSet stay as they were made.
    assert.deepEqual(await found({ postgresStorage: "20Gi" }), []);
  });

  it("deletes nothing where the data is given up, another's, or BuildKit's cache", async () => {
    const settings = { mlflowArtifactRoot: "s3://bucket/path", storageClass: "fast" };
    const ending = claim("mlflow", `${PLATFORM}/a`, { deletionTimestamp: "2026-01-01T00:00:00Z" });
    assert.deepEqual(await found(settings, [namespace(PLATFORM), ending]), []);
    assert.deepEqual(await found(settings, [namespace(PLATFORM, {}), MLFLOW]), []);
    const cache = claim("buildkitd", "gourmetgram-build/buildkitd-cache-1");
    assert.deepEqual(await found(settings, [namespace("gourmetgram-build"), cache]), []);
  });

  it("is refused before anything is created", async () => {
    resetMocks({ preview: true });
    setConfig({ ...SIZES, mlflowArtifactRoot: "s3://bucket/path" });
    const cluster = clusterWith({ objects: UP });
    await assert.rejects(
      runProgram(() => Promise.resolve(cluster)),
      /mlflowArtifactRoot is set, .*Nothing has been created or changed\.$/s,
    );
    assert.deepEqual(await recorded(), []);
  });
});

describe("the claims with data", () => {
  const claims = async (settings: Parameters<typeof setConfig>[0]) => {
    resetMocks();
    setConfig(settings);
    await runProgram();
    return (await recorded()).filter(({ type }) => type.endsWith(":PersistentVolumeClaim"));
  };

  it("keep their class, and go with their namespace alone", async () => {
    const all = await claims({});
    const kept = all.filter(({ options }) => options.ignoreChanges?.includes("spec.storageClassName"));
    assert.deepEqual(kept.map(({ name }) => name).sort(), [
      "app-repository-data",
      "mlflow-artifacts",
      "registry-data",
    ]);
    // That of the registry is in a namespace which the stack does not delete.
    assert.deepEqual(
      kept.filter(({ options }) => options.retainOnDelete !== true).map(({ name }) => name),
      ["registry-data"],
    );
  });
});

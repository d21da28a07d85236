import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { removeKinds } from "../../tooling/live/objects/kinds";
import { remainsOf, type StackObject } from "../../tooling/live/objects/stack-remains";
import { ApiServer } from "./support/api-server";

const GROUP = "lessons.example.org";
const OBJECTS: readonly StackObject[] = [
  { apiVersion: "v1", kind: "Namespace", name: "lab", stays: false },
  { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "settings", stays: false },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "reader", stays: false },
  { apiVersion: `${GROUP}/v1`, kind: "Lesson", namespace: "default", name: "first", stays: false },
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: `lessons.${GROUP}`,
    stays: false,
  },
];

const MANIFESTS = [
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "default" } },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "reader" },
    rules: [],
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pv-1" },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: "/nowhere" },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "lab", name: "data" },
    },
  },
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `lessons.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: { kind: "Lesson", plural: "lessons" },
      versions: [
        { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
      ],
    },
  },
];

describe("what a stack has left on a cluster of one's own", function () {
  this.timeout(180_000);
  let server: ApiServer | undefined;
  let folder: string;

  before(async function () {
    server = await ApiServer.ofThisMachine();
    if (server === undefined) return this.skip();
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-remains-"));
  });

  after(async () => {
    await server?.stop();
    if (server !== undefined) rmSync(folder, { recursive: true });
  });

  const kubectl = (...args: string[]): Promise<string> => server?.kubectl(...args) ?? assert.fail();

  const remains = (objects: readonly StackObject[]) => {
    const config = new KubeConfig();
    config.loadFromFile(server?.kubeconfig ?? assert.fail());
    return remainsOf(config, objects);
  };

  async function apply(objects: readonly object[]): Promise<void> {
    const file = join(folder, "objects.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    await kubectl("apply", "-f", file);
  }

  it("is nothing, also of kinds that the cluster does not know", async () => {
    assert.deepEqual(await remains(OBJECTS), { left: [], kept: [] });
  });

  it("is each object that is there, and the volumes of its namespaces", async () => {
    await apply(MANIFESTS);
    await kubectl("wait", "--for=condition=Established", `crd/lessons.${GROUP}`, "--timeout=60s");
    await apply([
      { apiVersion: `${GROUP}/v1`, kind: "Lesson", metadata: { name: "first", namespace: "default" } },
    ]);
    assert.deepEqual(await remains(OBJECTS), {
      left: [
        "ConfigMap default/settings",
        "ClusterRole reader",
        "Lesson default/first",
        `CustomResourceDefinition lessons.${GROUP}`,
        "volume pv-1 of claim lab/data",
      ],
      kept: [],
    });
  });

  it("is a kind of which there is an object, and not one that the cluster does not know", async () => {
    const config = new KubeConfig();
    config.loadFromFile(server?.kubeconfig ?? assert.fail());
    const kind = `lessons.${GROUP}`;
    const used = await removeKinds(config, [kind, `unknown.${GROUP}`]);
    assert.deepEqual([...used], [[kind, "Lesson default/first"]]);
    assert.equal(await kubectl("get", "lessons", "-A", "-o", "name"), `lesson.${GROUP}/first`);

    await kubectl("delete", "lesson", "first");
    assert.deepEqual([...(await removeKinds(config, [kind]))], []);
    await kubectl("wait", "--for=delete", `crd/${kind}`, "--timeout=60s");
  });

  it("is kept, volumes included, where the settings say so", async () => {
    const objects = OBJECTS.map((each) => (each.kind === "Namespace" ? { ...each, stays: true } : each));
    const { left, kept } = await remains(objects);
    assert.ok(left.includes("ClusterRole reader"));
    assert.deepEqual(kept, ["volume pv-1 of claim lab/data"]);
  });

  it("is no longer there when the objects are gone, and a kind of a group that stays", async () => {
    await kubectl("delete", "configmap", "settings");
    await kubectl("delete", "clusterrole", "reader");
    await kubectl("delete", "pv", "pv-1", "--wait=false");
    await kubectl("patch", "pv", "pv-1", "--type=merge", "-p", '{"metadata":{"finalizers":null}}').catch(
      () => "",
    );
    const unknown = { apiVersion: "v1", kind: "Lesson", namespace: "default", name: "first", stays: false };
    assert.deepEqual(await remains([...OBJECTS, unknown]), { left: [], kept: [] });
  });
});

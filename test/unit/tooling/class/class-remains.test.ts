import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import { auditBase, auditStudent } from "../../../../tooling/class/cluster/class-remains";
import { FakeCluster } from "../../../support/fake-lab";

const ALICE = { "gourmetgram.dev/student": "alice" };
const BASE = { "gourmetgram.dev/scope": "base" };
const object = (name: string, more: object = {}) => ({ metadata: { name, ...more } });
const RUNS = "/apis/argoproj.io/v1alpha1/namespaces/gourmetgram-alice/workflows";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const volume = (namespace: string, name: string) => ({
  ...object("pv-1"),
  spec: { claimRef: { namespace, name } },
});

describe("what a class has left in the cluster", () => {
  let cluster: FakeCluster;
  let config: KubeConfig;
  const none = () => Promise.resolve([]);

  beforeEach(async () => {
    cluster = await FakeCluster.start();
    config = new KubeConfig();
    config.loadFromString(cluster.kubeconfig);
    for (const name of ["gourmetgram-alice", "gourmetgram-alice-staging", "gourmetgram-alice-build"]) {
      cluster.objects.set(`/api/v1/namespaces/${name}`, () => undefined);
    }
    cluster.objects.set("/api/v1/namespaces/kube-system/secrets/registry-users", () => undefined);
  });
  afterEach(() => cluster.stop());

  const list = (path: string, ...items: object[]) => cluster.objects.set(path, () => ({ items }));
  const ofAlice = (options = {}) =>
    auditStudent(config, "alice", { keepData: false, repositories: none, ...options });

  it("is nothing where the cluster says so", async () => {
    assert.deepEqual(await ofAlice(), { left: [], kept: [] });
    assert.deepEqual(await auditBase(config, { usedKinds: new Map(), keepData: false }), {
      left: [],
      kept: [],
    });
  });

  it("is everything of a student, in namespaces and outside of them", async () => {
    cluster.objects.set("/api/v1/namespaces/gourmetgram-alice", () => object("gourmetgram-alice"));
    list("/api/v1/persistentvolumes", volume("gourmetgram-alice", "mlflow"), volume("other", "mlflow"));
    list(RUNS, object("train-1"));
    list(`${RBAC}/clusterroles`, object("a-role", { labels: ALICE }), object("view"));
    list(`${RBAC}/clusterrolebindings`, object("gourmetgram-alice"));
    list("/api/v1/configmaps", object("marker", { namespace: "argo", labels: ALICE }));
    cluster.objects.set("/api/v1/namespaces/kube-system/secrets/registry-users", () => ({
      data: { alice: "x", bob: "y" },
    }));
    const repositories = () => Promise.resolve(["alice/gourmetgram-app"]);
    cluster.objects.set("/api/v1/namespaces/gourmetgram-alice-staging", () =>
      object("gourmetgram-alice-staging"),
    );
    const data = [
      "namespace gourmetgram-alice",
      "volume pv-1 of claim gourmetgram-alice/mlflow",
      "registry repository alice/gourmetgram-app",
    ];
    const others = [
      "namespace gourmetgram-alice-staging",
      "workflow gourmetgram-alice/train-1",
      "cluster role a-role",
      "cluster role binding gourmetgram-alice",
      "config map argo/marker",
      "registry user alice",
    ];
    assert.deepEqual(await ofAlice({ repositories }), { left: [...data, ...others], kept: [] });
    assert.deepEqual(await ofAlice({ repositories, keepData: true }), { left: others, kept: data });
  });

  it("is the base's namespaces, kinds and claims", async () => {
    list("/api/v1/namespaces", object("argo", { labels: BASE }));
    list("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", object("workflows.argoproj.io"));
    list(
      "/api/v1/persistentvolumeclaims",
      object("registry-data", { namespace: "kube-system", labels: BASE }),
    );
    list("/apis/scheduling.k8s.io/v1/priorityclasses", object("gourmetgram-base"), object("system"));
    const options = { usedKinds: new Map<string, string>() };
    const { left } = await auditBase(config, { ...options, keepData: false });
    const others = ["priority class gourmetgram-base", "CustomResourceDefinition workflows.argoproj.io"];
    assert.deepEqual(left, ["namespace argo", "claim kube-system/registry-data", ...others]);
    // Its images stay where the settings say so.
    assert.deepEqual(await auditBase(config, { ...options, keepData: true }), {
      left: ["namespace argo", ...others],
      kept: ["claim kube-system/registry-data"],
    });
  });

  it("is not a kind of which somebody else has an object", async () => {
    list("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", object("workflows.argoproj.io"));
    const usedKinds = new Map([["workflows.argoproj.io", "Workflow default/precious"]]);
    const { left, kept } = await auditBase(config, { usedKinds, keepData: false });
    assert.deepEqual(left, []);
    assert.match(kept.join(), /workflows\.argoproj\.io, because there is Workflow default\/precious/);
  });

  it("is not nothing where one of the questions fails", async () => {
    const refuse = () => {
      throw new Error("forbidden");
    };
    for (const path of ["/api/v1/namespaces", "/api/v1/persistentvolumes", RUNS, `${RBAC}/clusterroles`]) {
      cluster.objects.set(path, refuse);
      await assert.rejects(ofAlice(), /forbidden/, path);
      cluster.objects.delete(path);
    }
    const repositories = () => Promise.reject(new Error("the registry's pod is gone"));
    await assert.rejects(ofAlice({ repositories }), /pod is gone/);
  });
});

import { assertChildNames, onlyResource, promiseOf, recorded, resetMocks } from "../support/mocks";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { RIGHTS, Rbac } from "../../components/rbac";

const RESULTS = {
  apiGroups: ["argoproj.io"],
  resources: ["workflowtaskresults"],
  verbs: ["create", "patch"],
};

// Every right that exists in the lab's namespace, by role: a verb more or less is a decision, and made here too.
const EXPECTED = [
  { role: "train-model", account: "train-model", mountsToken: true, rules: [RESULTS] },
  {
    role: "trigger-build",
    account: "trigger-build",
    mountsToken: true,
    rules: [RESULTS, { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create", "get"] }],
  },
  { role: "build-container-image", account: "build-container-image", mountsToken: true, rules: [RESULTS] },
  {
    role: "submit-training",
    account: "student",
    mountsToken: false,
    rules: [
      {
        apiGroups: ["argoproj.io"],
        resources: ["workflows"],
        verbs: ["create", "get", "list", "watch"],
      },
      {
        apiGroups: ["argoproj.io"],
        resources: ["workflowtemplates", "cronworkflows"],
        verbs: ["get", "list", "watch"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    ],
  },
];

describe("Rbac", () => {
  beforeEach(() => resetMocks());

  for (const { role, account, mountsToken, rules } of EXPECTED) {
    it(`gives ${account} exactly the Role ${role}`, async () => {
      new Rbac("rbac", { namespace: "lab" });
      const created = await onlyResource("kubernetes:core/v1:ServiceAccount", `rbac-${account}`);
      assert.deepEqual(created.inputs, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: account, namespace: "lab" },
        automountServiceAccountToken: mountsToken,
      });
      const granted = await onlyResource("kubernetes:rbac.authorization.k8s.io/v1:Role", `rbac-${role}-role`);
      assert.deepEqual(granted.inputs, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: role, namespace: "lab" },
        rules,
      });
      const binding = await onlyResource(
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        `rbac-${role}-binding`,
      );
      assert.deepEqual(binding.inputs, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: role, namespace: "lab" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: "lab" }],
      });
    });
  }

  it("creates nothing else", async () => {
    new Rbac("rbac", { namespace: "lab" });
    const made = (await recorded()).filter((each) => each.custom);
    assert.equal(made.length, EXPECTED.length * 3);
    await assertChildNames();
  });

  it("gives no right by a wildcard", () => {
    const words = Object.values(RIGHTS).flatMap(({ rules }) =>
      rules.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs]),
    );
    assert.deepEqual(
      words.filter((word) => word.includes("*")),
      [],
    );
  });

  it("says which rights it gives, and to whom", async () => {
    const rbac = new Rbac("rbac", { namespace: "lab" });
    assert.deepEqual(
      rbac.rights,
      EXPECTED.map(({ role, account, rules }) => ({ role, serviceAccount: account, rules })),
    );
    const serviceAccounts = {
      train: "train-model",
      triggerBuild: "trigger-build",
      build: "build-container-image",
      student: "student",
    };
    assert.deepEqual(await promiseOf(pulumi.output(rbac.serviceAccounts)), serviceAccounts);
    const { outputs } = await onlyResource("gourmetgram:index:Rbac");
    assert.deepEqual(outputs, { serviceAccounts, rights: rbac.rights });
  });

  it("knows the accounts' names in a preview", async () => {
    resetMocks({ preview: true });
    const rbac = new Rbac("rbac", { namespace: "lab" });
    assert.equal(await promiseOf(rbac.serviceAccounts.train), "train-model");
  });
});

import { assertChildNames, onlyResource, promiseOf, recorded, resetMocks } from "../../../support/mocks";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Rbac } from "../../../../components/rbac/rbac";
import { RIGHTS } from "../../../../components/rbac/rights";

const RESULTS = {
  apiGroups: ["argoproj.io"],
  resources: ["workflowtaskresults"],
  verbs: ["create", "patch"],
};

const FORWARDING = [
  { apiGroups: [""], resources: ["services"], verbs: ["get"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["pods/portforward"], verbs: ["create"] },
];

// Every right that exists in the lab's namespaces, by role: a verb more or less is a decision, and made here too.
const EXPECTED = [
  { role: "train-model", account: "train-model", namespace: "lab", rules: [RESULTS] },
  {
    role: "trigger-build",
    account: "trigger-build",
    namespace: "lab",
    rules: [RESULTS, { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create", "get"] }],
  },
  { role: "build-container-image", account: "build-container-image", namespace: "lab", rules: [RESULTS] },
  {
    role: "build-container-image",
    account: "build-container-image",
    namespace: "build",
    rules: [
      {
        apiGroups: ["apps"],
        resources: ["deployments/scale"],
        resourceNames: ["buildkitd"],
        verbs: ["patch"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ],
  },
  { role: "deploy-staging", account: "deploy-staging", namespace: "lab", rules: [RESULTS] },
  {
    role: "deploy-staging",
    account: "deploy-staging",
    namespace: "staging",
    rules: [
      {
        apiGroups: ["apps"],
        resources: ["deployments"],
        resourceNames: ["gourmetgram"],
        verbs: ["get", "patch"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ],
  },
  {
    role: "git-webhook",
    account: "git-webhook",
    namespace: "lab",
    rules: [
      { apiGroups: ["argoproj.io"], resources: ["workfloweventbindings"], verbs: ["list"] },
      {
        apiGroups: ["argoproj.io"],
        resources: ["workflowtemplates"],
        resourceNames: ["train-model"],
        verbs: ["get"],
      },
      { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] },
    ],
  },
  {
    role: "submit-training",
    account: "student",
    namespace: "lab",
    rules: [
      {
        apiGroups: ["argoproj.io"],
        resources: ["workflows"],
        verbs: ["create", "get", "list", "watch", "update", "patch"],
      },
      {
        apiGroups: ["argoproj.io"],
        resources: ["workflowtemplates", "cronworkflows"],
        verbs: ["get", "list", "watch"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "delete"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
      { apiGroups: [""], resources: ["events"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["argoproj.io"], resources: ["workfloweventbindings"], verbs: ["get", "list", "watch"] },
    ],
  },
  { role: "forward-ports", account: "student", namespace: "lab", rules: FORWARDING },
  { role: "forward-ports", account: "student", namespace: "staging", rules: FORWARDING },
];

const NAMESPACES = { namespace: "lab", stagingNamespace: "staging", buildNamespace: "build" };

describe("Rbac", () => {
  beforeEach(() => resetMocks());

  for (const account of new Set(EXPECTED.map((each) => each.account))) {
    it(`makes the account ${account}, whose token only pods have`, async () => {
      new Rbac("rbac", NAMESPACES);
      const created = await onlyResource("kubernetes:core/v1:ServiceAccount", `rbac-${account}`);
      assert.deepEqual(created.inputs, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: account, namespace: "lab" },
        automountServiceAccountToken: !["student", "git-webhook"].includes(account),
      });
    });
  }

  for (const { role, account, namespace, rules } of EXPECTED) {
    it(`gives ${account} exactly the Role ${role} in ${namespace}`, async () => {
      new Rbac("rbac", NAMESPACES);
      const prefix = namespace === "lab" ? `rbac-${role}` : `rbac-${role}-in-${namespace}`;
      const granted = await onlyResource("kubernetes:rbac.authorization.k8s.io/v1:Role", `${prefix}-role`);
      assert.deepEqual(granted.inputs, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: role, namespace },
        rules,
      });
      const binding = await onlyResource(
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        `${prefix}-binding`,
      );
      assert.deepEqual(binding.inputs, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: role, namespace },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: "lab" }],
      });
    });
  }

  it("creates nothing else", async () => {
    new Rbac("rbac", NAMESPACES);
    const made = (await recorded()).filter((each) => each.custom);
    assert.equal(made.length, EXPECTED.length * 2 + new Set(EXPECTED.map(({ account }) => account)).size);
    await assertChildNames();
  });

  it("lets students read no Secret and write nothing but runs", () => {
    const rules = RIGHTS.filter(({ serviceAccount }) => serviceAccount === "student").flatMap(
      (right) => right.rules,
    );
    const writing = rules.filter(({ verbs }) =>
      verbs.some((verb) => !["get", "list", "watch"].includes(verb)),
    );
    assert.deepEqual(
      writing.map(({ resources }) => resources.join()),
      ["workflows", "pods", "pods/portforward", "pods/portforward"],
    );
    assert.ok(!rules.some(({ resources }) => resources.includes("secrets")));
  });

  it("gives no right by a wildcard", () => {
    const words = RIGHTS.flatMap(({ rules }) =>
      rules.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs]),
    );
    assert.deepEqual(
      words.filter((word) => word.includes("*")),
      [],
    );
  });

  it("says which rights it gives, and to whom", async () => {
    const rbac = new Rbac("rbac", NAMESPACES);
    const rights = EXPECTED.map(({ role, account, namespace, rules }) => ({
      role,
      serviceAccount: account,
      namespace,
      rules,
    }));
    assert.deepEqual(await promiseOf(pulumi.output(rbac.rights)), rights);
    const serviceAccounts = {
      train: "train-model",
      triggerBuild: "trigger-build",
      build: "build-container-image",
      deployStaging: "deploy-staging",
      webhook: "git-webhook",
      student: "student",
    };
    assert.deepEqual(await promiseOf(pulumi.output(rbac.serviceAccounts)), serviceAccounts);
    const { outputs } = await onlyResource("gourmetgram:index:Rbac");
    assert.deepEqual(outputs, { serviceAccounts, rights });
  });

  it("knows the accounts' names in a preview", async () => {
    resetMocks({ preview: true });
    const rbac = new Rbac("rbac", NAMESPACES);
    assert.equal(await promiseOf(rbac.serviceAccounts.train), "train-model");
  });
});

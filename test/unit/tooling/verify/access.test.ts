import assert from "node:assert/strict";
import {
  accountsOf,
  attributesOf,
  groupsOf,
  isListed,
  type Probe,
  probes,
  studentOf,
  textOf,
  userOf,
} from "../../../../tooling/verify/clients/access";
import { DEPLOYER, STUDENT, TRAINER } from "../../../support/rights";

const ACCOUNTS = accountsOf([TRAINER, STUDENT, ...DEPLOYER], "lab");
const [trainer, student, deployer] = ACCOUNTS;
assert.ok(trainer && student && deployer);
const READ_LOG: Probe = { group: "", resource: "pods/log", verb: "get", namespace: "lab" };

describe("verify: access", () => {
  const all = probes([TRAINER, STUDENT], ["kube-system", "default"]);
  const asks = (text: string): boolean => all.map(textOf).includes(text);

  it("asks about everything that any account may do", () => {
    assert.ok(asks("patch workflowtaskresults.argoproj.io in lab"));
    assert.ok(asks("watch workflows.argoproj.io in lab"));
    assert.ok(asks("get pods/log in lab"));
  });

  it("asks about the same in other namespaces and everywhere", () => {
    for (const where of ["in kube-system", "in default", "everywhere"]) {
      assert.ok(asks(`create workflows.argoproj.io ${where}`), where);
      assert.ok(asks(`get secrets ${where}`), where);
    }
  });

  it("asks about the ways to more rights", () => {
    for (const text of [
      "get secrets in lab",
      "create pods in lab",
      "create pods/exec in lab",
      "create serviceaccounts/token in lab",
      "patch deployments.apps in lab",
      "delete workflows.argoproj.io in lab",
      "bind roles.rbac.authorization.k8s.io in lab",
      "escalate clusterroles.rbac.authorization.k8s.io everywhere",
      "get nodes everywhere",
      "create namespaces everywhere",
      "* *.* everywhere",
    ]) {
      assert.ok(asks(text), text);
    }
  });

  it("asks nothing twice", () => {
    const texts = all.map(textOf);
    assert.equal(new Set(texts).size, texts.length);
  });

  it("takes a right as listed only in its namespace, with its group, resource and verb", () => {
    assert.equal(isListed(student, READ_LOG), true);
    for (const change of [
      { namespace: "default" },
      { namespace: "" },
      { group: "apps" },
      { resource: "pods" },
      { verb: "list" },
    ]) {
      assert.equal(isListed(student, { ...READ_LOG, ...change }), false, JSON.stringify(change));
    }
  });

  it("does not take a wildcard for what it covers, so that one is found out", () => {
    const all = { ...STUDENT, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
    const greedy = { ...student, rights: [all] };
    assert.equal(isListed(greedy, READ_LOG), false);
  });

  it("takes an account for one, in whichever namespaces its Roles are", () => {
    assert.deepEqual(
      ACCOUNTS.map(({ name, namespace, rights }) => [name, namespace, rights.length]),
      [
        ["train-model", "lab", 1],
        ["student", "lab", 1],
        ["deploy-staging", "lab", 2],
      ],
    );
  });

  it("holds a right to certain objects to these", () => {
    const asked = probes(DEPLOYER, []).filter((probe) => probe.verb === "patch" && probe.group === "apps");
    const allowed = asked.filter((probe) => isListed(deployer, probe)).map(textOf);
    assert.deepEqual(allowed, ["patch deployments.apps gourmetgram in staging"]);
    for (const text of [
      "patch deployments.apps in staging",
      "patch deployments.apps some-other in staging",
      "patch deployments.apps gourmetgram in lab",
    ]) {
      assert.ok(asked.map(textOf).includes(text), text);
    }
    assert.equal(attributesOf({ ...READ_LOG, name: "x" }).name, "x");
  });

  it("puts questions as an access review takes them", () => {
    assert.deepEqual(attributesOf(READ_LOG), {
      group: "",
      resource: "pods",
      subresource: "log",
      verb: "get",
      namespace: "lab",
    });
    assert.deepEqual(attributesOf({ group: "", resource: "nodes", verb: "list", namespace: "" }), {
      group: "",
      resource: "nodes",
      verb: "list",
    });
    assert.equal(userOf(student), "system:serviceaccount:lab:student");
    assert.deepEqual(groupsOf(student), [
      "system:serviceaccounts",
      "system:serviceaccounts:lab",
      "system:authenticated",
    ]);
  });

  it("finds the account of students by what it may do", () => {
    assert.equal(studentOf(ACCOUNTS), student);
    assert.throws(() => studentOf([trainer]), /names 0 accounts/);
    assert.throws(() => studentOf([student, student]), /names 2 accounts/);
  });
});

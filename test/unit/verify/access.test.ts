import assert from "node:assert/strict";
import {
  attributesOf,
  groupsOf,
  isListed,
  type Probe,
  probes,
  studentRight,
  textOf,
  userOf,
} from "../../../verify/access";
import { STUDENT, TRAINER } from "./rights";

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
    assert.equal(isListed(STUDENT, READ_LOG), true);
    for (const change of [
      { namespace: "default" },
      { namespace: "" },
      { group: "apps" },
      { resource: "pods" },
      { verb: "list" },
    ]) {
      assert.equal(isListed(STUDENT, { ...READ_LOG, ...change }), false, JSON.stringify(change));
    }
  });

  it("does not take a wildcard for what it covers, so that one is found out", () => {
    const greedy = { ...STUDENT, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
    assert.equal(isListed(greedy, READ_LOG), false);
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
    assert.equal(userOf(STUDENT), "system:serviceaccount:lab:student");
    assert.deepEqual(groupsOf(STUDENT), [
      "system:serviceaccounts",
      "system:serviceaccounts:lab",
      "system:authenticated",
    ]);
  });

  it("finds the account of students by what it may do", () => {
    assert.equal(studentRight([TRAINER, STUDENT]), STUDENT);
    assert.throws(() => studentRight([TRAINER]), /names 0 accounts/);
    assert.throws(() => studentRight([STUDENT, STUDENT]), /names 2 accounts/);
  });
});

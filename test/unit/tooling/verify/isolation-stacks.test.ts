import assert from "node:assert/strict";
import {
  chosenAmong,
  registryInCluster,
  studentOf,
} from "../../../../tooling/verify/isolation/students/stacks";
import { OUTPUTS } from "../../../support/lab-outputs";

const ACCESS = {
  studentKubeconfig: "apiVersion: v1",
  registryUser: { username: "alice" },
  registryPassword: "hidden",
  appRepositoryPassword: "for git",
};

describe("the stacks of a class", () => {
  it("are the first two, or those that are named", () => {
    const known = ["alice", "bob", "carol"];
    assert.deepEqual(chosenAmong(known, "dev"), ["alice", "bob"]);
    assert.deepEqual(chosenAmong(known, "dev", ["carol", "alice"]), ["carol", "alice"]);
    assert.throws(() => chosenAmong(known, "dev", ["carol", "zoe"]), /it has no zoe, but alice, bob, carol/);
    assert.throws(() => chosenAmong(["alice"], "dev"), /two students of the class dev or more; it has alice/);
  });

  it("tell the student's ways in", () => {
    assert.deepEqual(studentOf("alice", { ...OUTPUTS, ...ACCESS }), {
      name: "alice",
      outputs: { ...OUTPUTS, ...ACCESS },
      kubeconfig: "apiVersion: v1",
      registryUser: { username: "alice", password: "hidden" },
      pushPassword: "for git",
    });
    assert.equal(studentOf("alice", { ...OUTPUTS, ...ACCESS, registryUser: null }).registryUser, null);
    const elsewhere = studentOf("alice", { ...OUTPUTS, ...ACCESS, appRepositoryPassword: null });
    assert.equal(elsewhere.pushPassword, null);
  });

  const needed = [
    "studentKubeconfig",
    "registryUser",
    "registryPassword",
    "appRepositoryPassword",
    "namespace",
  ];
  for (const missing of needed) {
    it(`are not taken without ${missing}`, () => {
      const found = Object.fromEntries(
        Object.entries({ ...OUTPUTS, ...ACCESS }).filter(([name]) => name !== missing),
      );
      assert.throws(() => studentOf("alice", found), new RegExp(missing));
    });
  }

  it("tell where pods would find the registry, if it is the class's own", () => {
    const registry = {
      inCluster: "registry.kube-system.svc.cluster.local:5000",
      fromNodes: "localhost:30500",
      forPushing: "localhost:30500",
      own: true,
      plainHttp: true,
    };
    assert.deepEqual(registryInCluster(registry), {
      host: "registry.kube-system.svc.cluster.local",
      port: 5000,
    });
    assert.equal(registryInCluster({ ...registry, own: false }), undefined);
  });
});

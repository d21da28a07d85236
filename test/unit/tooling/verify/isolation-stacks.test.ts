import assert from "node:assert/strict";
import { registryInCluster, studentOf, studentsAmong } from "../../../../tooling/verify/isolation/stacks";
import { OUTPUTS } from "../../../support/lab-outputs";

const ACCESS = {
  studentKubeconfig: "apiVersion: v1",
  registryUser: { username: "alice" },
  registryPassword: "hidden",
};

describe("the stacks of a class", () => {
  it("are those with its name, but for the base", () => {
    const stacks = ["dev", "dev-base", "organization/gourmetgram/dev-bob", "dev-alice", "other-carol"];
    assert.deepEqual(studentsAmong(stacks, "dev"), ["alice", "bob"]);
  });

  it("tell the student's ways in", () => {
    assert.deepEqual(studentOf("alice", { ...OUTPUTS, ...ACCESS }), {
      name: "alice",
      outputs: { ...OUTPUTS, ...ACCESS },
      kubeconfig: "apiVersion: v1",
      registryUser: { username: "alice", password: "hidden" },
    });
    assert.equal(studentOf("alice", { ...OUTPUTS, ...ACCESS, registryUser: null }).registryUser, null);
  });

  for (const missing of ["studentKubeconfig", "registryUser", "registryPassword", "namespace"]) {
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

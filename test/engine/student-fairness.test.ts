import assert from "node:assert/strict";
import { stormAttacks } from "../../tooling/verify/isolation/attacks/storm-attacks";
import { askAmidStorm } from "../../tooling/verify/isolation/requests";
import type { Student } from "../../tooling/verify/isolation/students/student";
import { judge } from "../../tooling/verify/isolation/tries/try";
import { ClassCluster } from "./support/class-cluster";

describe("a student's storm of requests, before an API server", function () {
  this.timeout(300_000);
  let cluster: ClassCluster;

  before(async function () {
    const started = await ClassCluster.start(["alice", "bob"]);
    if (started === undefined) return this.skip(); // No programs of Kubernetes on this machine.
    cluster = started;
  });

  after(async () => {
    if (cluster !== undefined) await cluster.stop();
  });

  async function student(name: string): Promise<Student> {
    const namespace = `gourmetgram-${name}`;
    const kubeconfig = await cluster.kubeconfigOf(namespace, "student");
    return { name, kubeconfig, outputs: { namespace } } as unknown as Student;
  }

  it("does not keep another student from being answered", async () => {
    const [attack] = stormAttacks(await student("alice"), await student("bob"));
    assert.ok(attack?.means.kind === "storm");
    const { passed, seen } = judge(attack, await askAmidStorm(await student("alice"), attack.means));
    assert.ok(passed, seen);
  });

  it("waits at the level of students, each account in queues of its own", async () => {
    // Which requests the API server has carried out at which level, by which schema.
    const metrics = await cluster.server.kubectl("get", "--raw", "/metrics");
    const series = [...metrics.matchAll(/^apiserver_flowcontrol_dispatched_requests_total\{(.*)\} \d/gm)];
    const flows = series.map(([, labels = ""]) => ({
      schema: /flow_schema="([^"]*)"/.exec(labels)?.[1],
      level: /priority_level="([^"]*)"/.exec(labels)?.[1],
    }));
    const levelOf = (name: string): (string | undefined)[] =>
      flows.filter(({ schema }) => schema === name).map(({ level }) => level);
    for (const name of ["alice", "bob"]) {
      assert.deepEqual(levelOf(`gourmetgram-student-${name}`), ["gourmetgram-students"]);
    }
    assert.deepEqual(levelOf("exempt"), ["exempt"]);
  });
});

import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import { GUARD_TEMP, guardConfig } from "../../../../components/registry/registry-guard-config";
import { GUARD_SPACE, USED } from "../../../../components/registry/registry-space";
import {
  ALLOW_WRITING,
  COLLECT,
  LIST,
  listRepositories,
  READ_ONLY,
  REMOVE,
  removeRepositories,
  registryPod,
  type RegistryPod,
  spaces,
  STOP_WRITING,
} from "../../../../tooling/class/cluster/registry-repositories";
import { FakeCluster } from "../../../support/fake-lab";

const UUID = /^[0-9a-f-]{36}$/;
const STOP = ["guard", "sh", "-c", STOP_WRITING, "stop", "/tmp/read-only", "ID", "1800"];
const FOLDER = "/var/lib/registry/docker/registry/v2/repositories";

function recordingPod(
  answers: { printed?: string; pushing?: boolean; fails?: boolean } = {},
): RegistryPod & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    run: (container, command) => {
      asked.push([container, ...command.map((each) => (UUID.test(each) ? "ID" : each))]);
      if (container === "registry" && answers.fails === true) return Promise.reject(new Error("lost"));
      return Promise.resolve(answers.printed ?? "");
    },
    isPushedTo: () => Promise.resolve(answers.pushing ?? false),
  };
}

// What the commands do to a registry's folders is tried in test/engine/registry-guard.test.ts.
describe("the repositories of a student", () => {
  it("are listed in the guard's container, which has a shell", async () => {
    const pod = recordingPod({ printed: "alice/gourmetgram-app\nalice/other\n" });
    assert.deepEqual(await listRepositories("alice/", pod), ["alice/gourmetgram-app", "alice/other"]);
    assert.deepEqual(pod.asked, [["guard", "sh", "-c", LIST, "list", FOLDER, "alice"]]);
  });

  it("are removed before the registry collects what they held", async () => {
    const pod = recordingPod();
    assert.equal(await removeRepositories("alice/", pod), true);
    assert.deepEqual(pod.asked, [
      ["guard", "sh", "-c", REMOVE, "remove", FOLDER, "alice"],
      STOP,
      ["registry", ...COLLECT],
      ["guard", "sh", "-c", ALLOW_WRITING, "allow", "/tmp/read-only", "ID"],
    ]);
  });

  it("are collected while there is the file that the guard looks for", () => {
    const places = { listen: 5000, registry: "r", users: "/users", temp: GUARD_TEMP, space: "/space" };
    const config = guardConfig(places, 1);
    assert.ok(config.includes(`if (!-f ${READ_ONLY})`));
  });

  it("leave writing refused where nobody knows whether the collection has ended", async () => {
    const pod = recordingPod({ fails: true });
    await assert.rejects(removeRepositories("alice/", pod), /lost/);
    assert.deepEqual(pod.asked.slice(1), [STOP, ["registry", ...COLLECT]]);
  });

  it("leave their space for later while a build may be pushing", async () => {
    const pod = recordingPod({ pushing: true });
    assert.equal(await removeRepositories("alice/", pod), false);
    assert.deepEqual(pod.asked, [["guard", "sh", "-c", REMOVE, "remove", FOLDER, "alice"]]);
  });

  it("have their space measured in the registry's pod", async () => {
    const pod = recordingPod({ printed: "alice 2048\nbob 0\n" });
    const found = await spaces(pod);
    assert.deepEqual(
      [...found],
      [
        ["alice", 2_097_152],
        ["bob", 0],
      ],
    );
    assert.deepEqual(pod.asked, [["guard", "cat", `${GUARD_SPACE}/${USED}`]]);
    assert.deepEqual([...(await spaces(recordingPod()))], []);
  });

  it("are none where there is no registry with a guard", async () => {
    const pod = { ...recordingPod(), run: undefined };
    assert.deepEqual(await listRepositories("alice/", pod), []);
    assert.equal(await removeRepositories("alice/", pod), true);
    assert.deepEqual([...(await spaces(pod))], []);
  });

  it("are not known where the registry has a pod that does not run", async () => {
    const cluster = await FakeCluster.start();
    const config = new KubeConfig();
    config.loadFromString(cluster.kubeconfig);
    const pod = (phase: string, container = "guard") => ({
      metadata: { name: "registry-1" },
      spec: { containers: [{ name: container }] },
      status: { phase },
    });
    const pods = (...items: object[]) =>
      cluster.objects.set("/api/v1/namespaces/kube-system/pods", () => ({ items }));
    try {
      pods(pod("Pending"));
      await assert.rejects(registryPod(config), /no pod of the registry runs in kube-system/);
      pods(pod("Pending"), pod("Running"));
      assert.ok((await registryPod(config)).run !== undefined);
      pods(pod("Running", "registry"));
      assert.equal((await registryPod(config)).run, undefined);
    } finally {
      await cluster.stop();
    }
  });

  it("are those of one student: nothing else is a prefix", async () => {
    const pod = recordingPod();
    for (const prefix of ["", "/", "alice", "alice/x/", "../", "./", "-rf/", "Alice/", "alice/\n"]) {
      await assert.rejects(removeRepositories(prefix, pod), /is not a student's name and a slash/);
      await assert.rejects(listRepositories(prefix, pod), /is not a student's name and a slash/);
    }
    assert.deepEqual(pod.asked, []);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { replaced } from "../../packages/argo-workflows";
import { accountAttacks } from "../../tooling/verify/isolation/attacks/account-attacks";
import { etcdAttacks } from "../../tooling/verify/isolation/attacks/etcd-attacks";
import { podAttacks } from "../../tooling/verify/isolation/attacks/pod-attacks";
import { runAttacks } from "../../tooling/verify/isolation/attacks/run-attacks";
import { tokenAttacks } from "../../tooling/verify/isolation/attacks/token-attacks";
import { wayAttacks } from "../../tooling/verify/isolation/attacks/way-attacks";
import { askApi, fill } from "../../tooling/verify/isolation/requests";
import { askRevoked } from "../../tooling/verify/isolation/revocation";
import type { Shared, Student } from "../../tooling/verify/isolation/students/student";
import { judge, type Try } from "../../tooling/verify/isolation/tries/try";
import { ClassCluster } from "./support/class-cluster";
import { storedRun } from "./support/stored-run";

const ARGO = process.env["GOURMETGRAM_ARGO"];
const RUN = "train-model-abcde";
const LARGE = "train-model-large";
/** One with a step that waits for a person. */
const ASKING = "train-model-klmno";
const GOING_ON = "train-model-fghij";
const NAMESPACE = "gourmetgram-alice";
const STAGING = `${NAMESPACE}-staging`;

function student(name: string, kubeconfig: string): Student {
  return {
    name,
    kubeconfig,
    outputs: {
      namespace: `gourmetgram-${name}`,
      workflowTemplates: { train: "train-model", build: "build-container-image" },
      staging: { namespace: `gourmetgram-${name}-staging`, deployment: "gourmetgram" },
      builder: { namespace: `gourmetgram-${name}-build`, address: "tcp://buildkitd:1234" },
      registry: { own: true },
      trainingImage: { reference: `localhost:30500/gourmetgram-train@sha256:${"1".repeat(64)}` },
    },
    mlflowPod: "mlflow-0",
    services: { mlflow: { what: "MLflow", host: "mlflow", port: 8000, addresses: [] } },
  } as unknown as Student;
}

// The requests are those of `npm run verify:class -- --attacks`, and so are their outcomes.
describe("what a student of a class writes, before an API server", function () {
  this.timeout(300_000);
  let cluster: ClassCluster;
  let alice: Student;
  let folder: string;

  before(async function () {
    const started = await ClassCluster.start(["alice", "bob"]);
    if (started === undefined) return this.skip(); // No programs of Kubernetes on this machine.
    cluster = started;
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-admission-"));
    alice = student("alice", await cluster.kubeconfigOf(NAMESPACE, "student"));
    writeFileSync(join(folder, "kubeconfig"), alice.kubeconfig, { mode: 0o600 });
    await startRun(RUN, "Failed");
    await startRun(GOING_ON, "Running");
    await startRun(ASKING, "Running");
    const parameters = [
      { name: "answer", valueFrom: { supplied: {}, default: "no" } },
      { name: "why", value: "to ask" },
    ];
    const id = `${ASKING}-2`;
    const node = { id, name: id, displayName: "question", type: "Suspend", phase: "Running" };
    await changeNodes({ [id]: { ...node, outputs: { parameters } } });
  });

  after(async () => {
    if (folder === undefined) return;
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  const startRun = (run: string, phase: "Failed" | "Running", steps = 1): Promise<string> =>
    cluster.apply(storedRun(NAMESPACE, run, phase, steps));

  /** Changes nodes of the run that waits, as an administrator if nobody is named. */
  async function changeNodes(nodes: object, ...as: string[]): Promise<string> {
    return changeNodesOf(ASKING, nodes, ...as);
  }

  async function changeNodesOf(run: string, nodes: object, ...as: string[]): Promise<string> {
    const patch = JSON.stringify({ status: { nodes } });
    const place = ["workflow", run, "--namespace", NAMESPACE];
    return cluster.server.kubectl("patch", ...place, "--type=merge", "--patch", patch, ...as);
  }

  async function judged(tries: readonly Try[]): Promise<string[]> {
    const administrator = readFileSync(cluster.server.kubeconfig, "utf8");
    const wrong: string[] = [];
    for (const attempt of tries) {
      const { means } = attempt;
      assert.ok(means.kind === "api" || means.kind === "admin", means.kind);
      const kubeconfig = means.kind === "api" ? alice.kubeconfig : administrator;
      const { passed, seen } = judge(attempt, await askApi({ ...alice, kubeconfig }, means));
      if (!passed) wrong.push(`${attempt.who} ${attempt.what}: expected ${attempt.expected}, ${seen}`);
    }
    return wrong;
  }

  it("is refused by the rules where it is forged, and nothing else is", async () => {
    assert.deepEqual(await judged(runAttacks(alice, student("bob", ""), GOING_ON)), []);
  });

  it("is refused to the accounts of steps as well, and what they do in a run is not", async () => {
    assert.deepEqual(await judged(accountAttacks(alice, student("bob", ""))), []);
  });

  it("takes no more of the cluster than its namespaces have, by which rule each", async () => {
    assert.deepEqual(await judged(podAttacks(alice, student("bob", ""))), []);
  });

  it("takes no more of etcd than its rules give, however often it is changed", async () => {
    const [attack, ...others] = etcdAttacks(alice, LARGE);
    assert.ok(attack?.means.kind === "fill" && others.length === 0);
    await startRun(LARGE, "Running");
    const { passed, seen } = judge(attack, await fill(alice, attack.means));
    assert.ok(passed, seen);
    assert.match(seen, /60 of 120 came through, \d+\.\d MB/);
    // Without the rules it would have been more.
    const all = JSON.stringify(attack.means.requests).length;
    assert.ok(all > attack.means.most, `${all} bytes`);
    await cluster.server.kubectl("delete", "workflow", LARGE, "--namespace", NAMESPACE, "--wait=false");
  });

  it("is refused to whoever has a token that was revoked", async () => {
    const config = new KubeConfig();
    config.loadFromFile(cluster.server.kubeconfig);
    const [attack] = tokenAttacks(alice);
    assert.ok(attack?.means.kind === "revoked");
    const { passed, seen } = judge(attack, await askRevoked(alice, attack.means, config));
    assert.ok(passed, seen);
    const left = await cluster.server.kubectl("get", "secrets", "--namespace", NAMESPACE, "-o", "name");
    assert.doesNotMatch(left, /verify-revoked/);
  });

  it("does not pass the policies by a proxy of the API server", async () => {
    const ways = wayAttacks(alice, student("bob", ""), {} as Shared);
    const asked = ways.filter(({ means }) => means.kind === "api");
    assert.equal(asked.length, 5);
    assert.deepEqual(await judged(asked), []);
  });

  it("keeps no copies of templates, which the controller would take for its own", async () => {
    const forged = { container: { image: "busybox" } };
    const patch = JSON.stringify({ status: { storedTemplates: { "namespaced/other/main": forged } } });
    const place = ["workflow", RUN, "--namespace", NAMESPACE];
    const account = `--as=system:serviceaccount:${NAMESPACE}:student`;
    await cluster.server.kubectl("patch", ...place, "--type=merge", "--patch", patch, account);
    const status = await cluster.server.kubectl("get", ...place, "-o", "jsonpath={.status}");
    assert.match(status, /storedWorkflowTemplateSpec/);
    assert.doesNotMatch(status, /busybox/);
  });

  it("is what Argo's own command writes: submit, suspend, resume, stop, retry and resubmit", async function () {
    if (ARGO === undefined) return this.skip(); // There is no program argo.
    const program = ARGO;
    const argo = async (...args: string[]): Promise<string> => {
      const env = { KUBECONFIG: join(folder, "kubeconfig"), HOME: folder };
      const given = [...args, "--namespace", NAMESPACE];
      // What the API server drops, it warns of beside.
      const { stdout, stderr } = await execa(program, given, { env, stdin: "ignore", reject: false });
      return stdout === "" ? stderr : stdout;
    };
    const name = (
      await argo(
        "submit",
        "--from",
        "workflowtemplate/train-model",
        "-o",
        "name",
        "-p",
        "scenario=oversized",
        "-l",
        "why=trial",
      )
    ).trim();
    assert.match(name, /^train-model-\w{5}$/);
    assert.match(await argo("suspend", name), /suspended/);
    assert.match(await argo("resume", name), /resumed/);
    assert.match(await argo("stop", name), /stopped/);
    assert.match(await argo("resubmit", RUN), /Name:\s+train-model-abcde-\w{5}/);
    assert.match(await argo("retry", RUN), /Status:\s+Running/);
    assert.match(
      await argo("node", "set", ASKING, "--node-field-selector", "displayName=question", "-p", "answer=yes"),
      /workflow values set/,
    );
    // What a run has stored is its own: a memoized one would bring another's.
    await startRun(RUN, "Failed");
    assert.match(await argo("resubmit", RUN, "--memoized"), /gourmetgram-student-workflows/);
  });

  describe("of a node in a run's status", () => {
    const [step, group, question] = [`${ASKING}-1`, `${ASKING}-0`, `${ASKING}-2`];
    const student = [`--as=system:serviceaccount:${NAMESPACE}:student`, "--dry-run=server"];
    const asStudent = (nodes: object): Promise<string> => changeNodes(nodes, ...student);
    const refused = (nodes: object): Promise<void> =>
      assert.rejects(asStudent(nodes), /the status is changed/);
    const answers = (...parameters: object[]) => ({ [question]: { outputs: { parameters } } });

    it("is taken where a person answers a step that waits, and where it waits again", async () => {
      const why = { name: "why", value: "to ask" };
      const supplied = { supplied: {} };
      await asStudent(answers({ name: "answer", value: '{"a": {}}' }, why));
      await asStudent(answers({ name: "answer", valueFrom: supplied }, { name: "why", valueFrom: supplied }));
    });

    it("is refused where the answer is large, or none to what was asked", async () => {
      const value = "x".repeat(4097);
      await refused(answers({ name: "answer", value }));
      await refused(answers({ name: "answer", value: replaced("=1") }));
      await refused(answers({ name: "other", value: "1" }));
      await refused(answers(...["1", "2", "3"].map((value) => ({ name: "answer", value }))));
      await refused(answers({ name: "answer", value: "1", description: "x" }));
      await refused(answers({ name: "answer", valueFrom: { path: "/x" } }));
      await refused({ [question]: { outputs: { result: "x" } } });
    });

    it("is refused where a step that has run gets other outputs, and not where they are taken away", async () => {
      await refused({ [step]: { outputs: { exitCode: "0" } } });
      await refused({ [step]: { outputs: { parameters: [{ name: "model-version", value: "1" }] } } });
      await refused({ [group]: { outputs: { result: "x" } } });
      await asStudent({ [step]: { outputs: null } });
    });

    it("is refused where it goes in circles, and not where it leads to fewer", async () => {
      await refused({ [step]: { children: [ASKING] } });
      await refused({ [group]: { children: [step, step] } });
      await refused({ [group]: { children: [group] } });
      await refused({ [ASKING]: { outboundNodes: [group] } });
      await asStudent({ [group]: { children: [] } });
      await asStudent({ [ASKING]: { outboundNodes: null } });
    });

    it("is taken of a large run too: the API server spends no more than so much on a rule", async () => {
      await startRun(LARGE, "Failed", 500);
      const rest = Array.from({ length: 499 }, (_, index) => `${LARGE}-${index + 1}`);
      const nodes = { [LARGE]: { outboundNodes: rest }, [`${LARGE}-0`]: { children: rest } };
      await changeNodesOf(LARGE, { ...nodes, [`${LARGE}-500`]: null }, ...student);
    });
  });

  it("is not judged where Argo's controller or the class's administrator writes", async () => {
    const patch = JSON.stringify({ status: { storedWorkflowTemplateSpec: { entrypoint: "other" } } });
    const args = ["patch", "workflow", RUN, "--namespace", NAMESPACE, "--type=merge", "--patch", patch];
    const dryRun = "--dry-run=server";
    await cluster.server.kubectl(...args, dryRun);
    await cluster.server.kubectl(...args, dryRun, "--as=system:serviceaccount:argo:workflow-controller");
    const account = `system:serviceaccount:${NAMESPACE}:student`;
    await assert.rejects(cluster.server.kubectl(...args, dryRun, `--as=${account}`), /stored templates/);
  });

  it("is what the steps of the lab's own templates create", async () => {
    const printed = await cluster.server.kubectl(
      "get",
      "workflowtemplate",
      "train-model",
      "--namespace",
      NAMESPACE,
      "-o",
      "json",
    );
    const { spec } = JSON.parse(printed) as { spec: { templates: { resource?: { manifest: string } }[] } };
    const manifests = spec.templates.flatMap(({ resource }) => resource?.manifest ?? []);
    assert.equal(manifests.length, 1);
    for (const manifest of manifests) {
      const file = join(folder, "child.yaml");
      writeFileSync(file, manifest.replaceAll(/\{\{[^}]*\}\}/g, "3"));
      const account = `system:serviceaccount:${NAMESPACE}:trigger-build`;
      const args = ["create", "-f", file, "--namespace", NAMESPACE, "--dry-run=server", `--as=${account}`];
      assert.match(await cluster.server.kubectl(...args), /created/);
    }
  });

  it("leaves the pipeline what it changes of staging", async () => {
    const release = {
      metadata: {
        annotations: { "gourmetgram.dev/tested": JSON.stringify({ image: "x@sha256:1", workflow: RUN }) },
      },
      spec: {
        replicas: 1,
        template: {
          metadata: {
            labels: { "gourmetgram.dev/model-version": "3" },
            annotations: { "gourmetgram.dev/image": "x@sha256:1", "gourmetgram.dev/workflow": RUN },
          },
          spec: { containers: [{ name: "gourmetgram", image: "x@sha256:1" }] },
        },
      },
    };
    const args = ["patch", "deployment", "gourmetgram", "--namespace", STAGING, "--type=strategic"];
    const account = `--as=system:serviceaccount:${NAMESPACE}:deploy-staging`;
    const patched = await cluster.server.kubectl(...args, "--patch", JSON.stringify(release), account);
    assert.match(patched, /patched/);
  });
});

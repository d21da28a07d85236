import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { accountAttacks } from "../../tooling/verify/isolation/attacks/account-attacks";
import { podAttacks } from "../../tooling/verify/isolation/attacks/pod-attacks";
import { runAttacks } from "../../tooling/verify/isolation/attacks/run-attacks";
import { wayAttacks } from "../../tooling/verify/isolation/attacks/way-attacks";
import { askApi } from "../../tooling/verify/isolation/requests";
import type { Shared, Student } from "../../tooling/verify/isolation/students/student";
import { judge, type Try } from "../../tooling/verify/isolation/tries/try";
import { ClassCluster } from "./support/class-cluster";

const ARGO = process.env["GOURMETGRAM_ARGO"];
const RUN = "train-model-abcde";
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
  });

  after(async () => {
    if (folder === undefined) return;
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  /** A run as the controller leaves it: with what it has stored, and the nodes that a retry resets. */
  async function startRun(run: string, phase: "Failed" | "Running"): Promise<void> {
    const times = { startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:01:00Z" };
    const step = { name: "run-training", template: "run-training", arguments: {} };
    // As Go writes it, with members that are empty.
    const main = { name: "training-and-build", inputs: {}, outputs: {}, metadata: {}, steps: [[step]] };
    const spec = { entrypoint: "training-and-build", templates: [main] };
    const node = (name: string, type: string, phase: string, more: object = {}) => ({
      id: name,
      name,
      displayName: name,
      type,
      phase,
      templateName: "training-and-build",
      templateScope: "local/",
      ...times,
      ...more,
    });
    await cluster.apply({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: {
        name: run,
        namespace: NAMESPACE,
        labels: {
          "workflows.argoproj.io/phase": phase,
          ...(phase === "Failed" ? { "workflows.argoproj.io/completed": "true" } : {}),
          "workflows.argoproj.io/workflow-template": "train-model",
        },
      },
      spec: {
        workflowTemplateRef: { name: "train-model" },
        arguments: { parameters: [{ name: "scenario", value: "normal" }] },
      },
      status: {
        phase,
        message: "child failed",
        progress: "0/1",
        ...times,
        conditions: [{ type: "Completed", status: "True" }],
        resourcesDuration: { cpu: 1, memory: 3 },
        storedWorkflowTemplateSpec: { ...spec, shutdown: "Stop", arguments: {} },
        taskResultsCompletionStatus: { [`${run}-1`]: true },
        persistentVolumeClaims: [{ name: "work", persistentVolumeClaim: { claimName: `${run}-work` } }],
        nodes: {
          [run]: node(run, "Steps", "Failed", { children: [`${run}-0`], outboundNodes: [`${run}-1`] }),
          [`${run}-0`]: node(`${run}-0`, "StepGroup", "Failed", { boundaryID: run, children: [`${run}-1`] }),
          [`${run}-1`]: node(`${run}-1`, "Pod", "Failed", {
            boundaryID: run,
            message: "Error (exit code 1)",
            outputs: { exitCode: "1" },
            hostNodeName: "node",
            resourcesDuration: { cpu: 1, memory: 3 },
          }),
        },
      },
    });
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
    // What a run has stored is its own: a memoized one would bring another's.
    await startRun(RUN, "Failed");
    assert.match(await argo("resubmit", RUN, "--memoized"), /gourmetgram-student-workflows/);
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

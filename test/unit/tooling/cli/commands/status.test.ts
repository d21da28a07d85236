import assert from "node:assert/strict";
import { release } from "node:os";
import { type LabStatus, statusText } from "../../../../../tooling/cli/commands/lab/status";
import { silence } from "../../../../../tooling/bench/faults/full/asking";
import { FakeCluster, FakeLab } from "../../../../support/fake-lab";
import { freePort } from "../../../../support/free-port";

const BACKEND = { PULUMI_BACKEND_URL: "s3://somewhere" };
const OUTPUTS = {
  namespace: "platform",
  mlflowExternalUrl: "http://localhost:30800",
  staging: { namespace: "st" },
};

const pod = (name: string, ready: boolean) => ({
  metadata: { name, namespace: "platform" },
  status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

describe("status: a stack on a cluster of its own", () => {
  let cluster: FakeCluster;
  let lab: FakeLab;

  beforeEach(async () => {
    cluster = await FakeCluster.start();
    lab = new FakeLab("far", `config:\n  kubernetes:kubeconfig: '${cluster.kubeconfig}'\n`);
    lab.installEngine();
    lab.pulumi.answer({ to: "stack output", stdout: JSON.stringify(OUTPUTS) });
  });
  afterEach(async () => {
    lab.remove();
    await cluster.stop();
  });

  const statusOf = async (which = lab) => {
    const call =
      "reserveStandardOutput() ?? tooling.status().then(() => tooling.printEnvelope(process.exitCode ?? 0))";
    const { exitCode, stdout } = await which.run(
      ["support/output", "cli/commands/lab/status"],
      call,
      BACKEND,
    );
    return { exitCode, ...(JSON.parse(stdout) as { data: LabStatus }).data };
  };

  it("is up where its cluster has its pods", async () => {
    cluster.objects.set("/api/v1/namespaces/platform/pods", () => ({ items: [pod("mlflow", true)] }));
    const { exitCode, up, api, pods, problems, backups } = await statusOf();
    assert.deepEqual({ exitCode, up, api, problems }, { exitCode: 0, up: true, api: true, problems: [] });
    assert.equal(backups, null);
    assert.deepEqual(pods, [{ namespace: "platform", name: "mlflow", phase: "Running", ready: true }]);
  });

  it("warns of backups that nobody writes, and is up nevertheless", async () => {
    cluster.objects.set("/api/v1/namespaces/platform/pods", () => ({ items: [pod("mlflow", true)] }));
    cluster.objects.set("/apis/batch/v1/cronjobs", () => ({
      items: [
        {
          metadata: { namespace: "backups", creationTimestamp: "2026-01-01T00:00:00Z" },
          spec: { schedule: "0 3 * * *", suspend: true },
        },
      ],
    }));
    const { exitCode, backups } = await statusOf();
    assert.equal(exitCode, 0);
    assert.match(backups?.alarm?.problem ?? "", /^backups are suspended .* there is none yet$/);
    assert.match(backups?.alarm?.remedy ?? "", /config rm gourmetgram:backupSuspended/);
  });

  it("warns of a node without room on its disk, and is up nevertheless", async () => {
    cluster.objects.set("/api/v1/namespaces/platform/pods", () => ({ items: [pod("mlflow", true)] }));
    const conditions = [{ type: "DiskPressure", status: "True" }];
    cluster.objects.set("/api/v1/nodes", () => ({
      items: [{ metadata: { name: "n1" }, status: { conditions } }],
    }));
    const { exitCode, disks } = await statusOf();
    assert.equal(exitCode, 0);
    assert.match(
      disks.map(({ problem }) => problem).join(),
      /^the disk of n1 is nearly full: [^,]+, and starts few$/,
    );
  });

  it("is not up where the cluster answers and has nothing of it, whatever the state says", async () => {
    const { exitCode, up, api } = await statusOf();
    assert.deepEqual({ exitCode, up, api }, { exitCode: 1, up: false, api: true });
  });

  it("is not up where the cluster does not answer", async () => {
    const silent = cluster.kubeconfig.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${await freePort()}`);
    const other = new FakeLab("far", `config:\n  kubernetes:kubeconfig: '${silent}'\n`);
    try {
      other.installEngine();
      other.pulumi.answer({ to: "stack output", stdout: JSON.stringify(OUTPUTS) });
      const { exitCode, up, api, problems } = await statusOf(other);
      assert.deepEqual({ exitCode, up, api }, { exitCode: 1, up: false, api: false });
      assert.match(String(problems), /the cluster of stack far at .* cannot be reached/);
    } finally {
      other.remove();
    }
  });

  it("tells a wrong passphrase and a silent backend from a stack that is not there", async () => {
    const problemsAfter = async (exitCode: number, stderr: string) => {
      lab.pulumi.answer({ to: "stack output", exitCode, stderr });
      const { up, outputs, problems } = await statusOf();
      assert.deepEqual({ up, outputs }, { up: false, outputs: null });
      return String(problems);
    };
    assert.match(
      await problemsAfter(1, "error: incorrect passphrase"),
      /the stack far cannot be read: incorrect passphrase/,
    );
    assert.match(await problemsAfter(1, "error: no such host"), /the stack far cannot be read: no such host/);
    assert.equal(await problemsAfter(6, "error: no stack named 'far' found"), "");
  });
});

describe("status: a lab on the embedded cluster whose disk is full", () => {
  // A file system on which nothing is ever free.
  const full = process.platform === "linux" ? "/proc" : "/dev";

  it("says so first, with the remedy, although nothing else answers", async () => {
    const lab = new FakeLab("embedded");
    try {
      const info = { ServerVersion: "28.2.2", KernelVersion: release(), DockerRootDir: full };
      lab.docker.answer({ to: "info", stdout: JSON.stringify(info) });
      const { exitCode, stdout } = await lab.run("cli/commands/lab/status", "status()");
      assert.equal(exitCode, 1);
      const [heading, warning, remedy] = stdout.split("\n");
      assert.equal(heading, "Stack embedded: not up");
      assert.match(
        warning ?? "",
        RegExp(`^warning: the disk of Docker and of the cluster's nodes is full: 0\\.0 GiB free in ${full},`),
      );
      assert.match(remedy ?? "", /^ {2}remedy: free some on the file system of /);
      assert.deepEqual(silence("status", stdout, false), []);
    } finally {
      lab.remove();
    }
  });

  it("has an answer that the bench of faults takes only with the disk and the remedy in it", () => {
    const known: LabStatus = {
      ...{ up: false, stack: "embedded", embedded: true, nodes: [], api: false, pods: [] },
      ...{ outputs: null, backups: null, disks: [], problems: ["no answer\n  remedy: npm run up"] },
    };
    const alarm = { problem: "the disk is full", remedy: "free some" };
    assert.deepEqual(silence("status", statusText({ ...known, disks: [alarm] }), false), []);
    assert.match(
      silence("status", statusText(known), false).join(),
      /^status does not say that the disk is full, with a remedy: .*no answer/,
    );
    assert.deepEqual(silence("doctor", "", true), ["doctor did not end within 150 s"]);
  });
});

describe("before a class comes up", () => {
  it("a lab on the embedded cluster is an obstacle, and so is not knowing whether there is one", async () => {
    const lab = new FakeLab("embedded");
    try {
      lab.docker.answer();
      lab.installEngine();
      lab.addStack("embedded", { "gourmetgram:cluster": "embedded" });
      const require = () => lab.run("class/actions/no-lab", "requireNoLab()");
      lab.pulumi.answer({ to: "stack output", stdout: JSON.stringify(OUTPUTS) });
      assert.match((await require()).stderr, /has a lab on it/);
      lab.pulumi.answer({ to: "stack output", exitCode: 1, stderr: "error: incorrect passphrase" });
      const unknown = await require();
      assert.equal(unknown.exitCode, 1);
      assert.match(unknown.stderr, /the stack embedded cannot be read: incorrect passphrase/);
      lab.pulumi.answer({ to: "stack output", stdout: "{}" });
      assert.equal((await require()).exitCode, 0);
    } finally {
      lab.remove();
    }
  });
});

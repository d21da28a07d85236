import assert from "node:assert/strict";
import { FakeCluster, FakeLab } from "../../../../support/fake-lab";

const ENVIRONMENT = { GOURMETGRAM_ENGINE: "official", GOURMETGRAM_REACH: "online" };
const DOCKER = { to: "info", stdout: '{"ServerVersion":"29.0.0"}' };
const OUTPUTS = { namespace: "platform", builder: { namespace: "build" } };

describe("up: a stack on a cluster of its own", () => {
  let cluster: FakeCluster;
  let lab: FakeLab;

  beforeEach(async () => {
    cluster = await FakeCluster.start();
    lab = new FakeLab("far", `config:\n  kubernetes:kubeconfig: '${cluster.kubeconfig}'\n`);
    lab.installEngine();
    lab.docker.answer(DOCKER);
  });
  afterEach(async () => {
    lab.remove();
    await cluster.stop();
  });

  const up = (call = "up({})") => lab.run("cli/commands/lab/up", call, ENVIRONMENT);

  it("is made where it is not there yet, and brought up", async () => {
    lab.pulumi.answer(
      { to: "stack select", exitCode: 6, stderr: "error: no stack named 'far' found" },
      { to: "stack output", stdout: JSON.stringify(OUTPUTS) },
    );
    // The engine that stands in here makes no stack, so the state says so.
    lab.addStack("far");
    const { exitCode, stdout, stderr } = await up();
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /The lab is up/);
    assert.deepEqual(
      lab.pulumi.calls.map((call) => call.replace(" --non-interactive", "")),
      [
        "stack select far",
        "stack init far",
        "up --yes --skip-preview --stack far --suppress-progress",
        "stack output --json --stack far",
      ],
    );
  });

  it("is not made where nobody could look whether it is there", async () => {
    lab.pulumi.answer({ to: "stack select", exitCode: 1, stderr: "error: unable to open bucket" });
    const { exitCode, stderr } = await up();
    assert.equal(exitCode, 1);
    assert.match(stderr, /the stack far cannot be read: unable to open bucket/);
    assert.equal(lab.pulumi.calls.length, 1);
  });

  it("is not said to be up where Pulumi fails", async () => {
    lab.pulumi.answer({ to: "stack export", stdout: '{"deployment":{}}' }, { to: "up", exitCode: 1 });
    const { exitCode, stdout, stderr } = await up();
    assert.equal(exitCode, 1);
    assert.match(stderr, /pulumi up ended with an error/);
    assert.doesNotMatch(stdout, /The lab is up/);
  });

  it("has certificates that are not the lab's to renew", async () => {
    const { exitCode, stderr } = await up("up({ renewCertificates: true })");
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: the stack far names a cluster of its own, whose certificates are not the lab's\n {2}remedy: /,
    );
    assert.deepEqual([lab.docker.calls, lab.pulumi.calls], [[], []]);
  });

  it("is left alone by --dry-run and by --cluster-only", async () => {
    assert.match((await up("up({ dryRun: true })")).stdout, /to do {2}pulumi up/);
    assert.equal((await up("up({ clusterOnly: true })")).exitCode, 0);
    assert.deepEqual(lab.pulumi.calls, []);
  });
});

describe("up: the embedded cluster with a class on it", () => {
  let lab: FakeLab;

  beforeEach(() => {
    lab = new FakeLab("embedded");
    lab.addStack("course-base", {
      "gourmetgram:cluster": "embedded",
      "gourmetgram:class": "course",
    });
  });
  afterEach(() => lab.remove());

  it("is refused to a lab before Docker or anything else is looked at", async () => {
    lab.docker.install();
    const { exitCode, stderr } = await lab.run("cli/commands/lab/up", "up({})", ENVIRONMENT);
    assert.equal(exitCode, 1);
    assert.match(stderr, /the embedded cluster has the class course on it/);
    assert.deepEqual(lab.docker.calls, []);
  });
});

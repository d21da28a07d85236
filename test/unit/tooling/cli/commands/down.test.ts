import assert from "node:assert/strict";
import { type Ended, FakeCluster, FakeLab } from "../../../../support/fake-lab";

const DOCKER = { to: "info", stdout: '{"ServerVersion":"29.0.0"}' };
const EMBEDDED = { "gourmetgram:cluster": "embedded" };
const OF_CLASS = { ...EMBEDDED, "gourmetgram:class": "course" };

const NAMESPACE = {
  type: "kubernetes:core/v1:Namespace",
  custom: true,
  outputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "platform" } },
};

/** The namespace around data. */
const holdingData = (retainOnDelete: boolean): object => {
  const metadata = { name: "platform", labels: { "gourmetgram.dev/data": "goes-with-stack" } };
  return { ...NAMESPACE, retainOnDelete, outputs: { ...NAMESPACE.outputs, metadata } };
};

/** Where a user keeps stacks on clusters of their own. */
const BACKEND = { PULUMI_BACKEND_URL: "s3://somewhere" };

function assertEnded({ exitCode, stdout, stderr }: Ended, code: number, stderrHas: RegExp): void {
  assert.match(stderr, stderrHas);
  assert.equal(exitCode, code, `${stdout}\n${stderr}`);
}

describe("down: a stack on a cluster of its own", () => {
  let cluster: FakeCluster;
  let lab: FakeLab;

  beforeEach(async () => {
    cluster = await FakeCluster.start();
    lab = new FakeLab("far", `config:\n  kubernetes:kubeconfig: '${cluster.kubeconfig}'\n`);
    lab.docker.answer({ to: "context inspect", exitCode: 1 });
  });
  afterEach(async () => {
    lab.remove();
    await cluster.stop();
  });

  const down = (call = "down({})"): Promise<Ended> => lab.run("cli/commands/lab/down", call, BACKEND);
  const changes = (): string[] => lab.pulumi.calls.filter((call) => /^(destroy|stack rm)/.test(call));

  it("is never said to be gone where there is no engine to look for it", async () => {
    const ended = await down();
    assertEnded(
      ended,
      1,
      /list of stacks cannot be read: there is no Pulumi engine.*\n {2}remedy: .*npm run pulumi/,
    );
    assert.doesNotMatch(ended.stdout, /gone|no stack/);
  });

  it("is never said to be gone where its backend does not answer", async () => {
    lab.installEngine();
    lab.pulumi.answer({ to: "stack ls", exitCode: 1, stderr: "error: unable to open bucket: no such host" });
    assertEnded(await down(), 1, /list of stacks cannot be read: unable to open bucket: no such host/);
    assertEnded(await down("down({ dryRun: true })"), 1, /no such host/);
    assert.deepEqual(changes(), []);
  });

  it("is said not to be there where somebody has looked", async () => {
    lab.installEngine();
    lab.pulumi.answer({ to: "stack ls", stdout: '[{"name":"other"}]' });
    const ended = await down();
    assert.deepEqual([ended.exitCode, ended.stdout], [0, "There is no stack far."]);
  });

  it("is left alone where its state cannot be read", async () => {
    lab.installEngine();
    lab.pulumi.answer(
      { to: "stack ls", stdout: '[{"name":"organization/gourmetgram/far"}]' },
      { to: "stack export", exitCode: 1, stderr: "error: incorrect passphrase" },
    );
    assertEnded(
      await down(),
      1,
      /state of far cannot be read: incorrect passphrase\n {2}remedy: set PULUMI_CONFIG_PASS/,
    );
    assert.deepEqual(changes(), []);
  });

  it("is destroyed, removed, and gone only if the cluster says so", async () => {
    lab.installEngine();
    lab.pulumi.answer(
      { to: "stack ls", stdout: '[{"name":"far"}]' },
      { to: "stack export", stdout: JSON.stringify({ deployment: { resources: [NAMESPACE] } }) },
      { to: "stack output", stdout: "{}" },
    );
    const kinds = [{ name: "namespaces", kind: "Namespace", namespaced: false }];
    cluster.objects.set("/api/v1", () => ({ resources: kinds }));
    // It goes a moment after the stack.
    let looks = 0;
    cluster.objects.set("/api/v1/namespaces/platform", () =>
      (looks += 1) > 1 ? undefined : { metadata: { name: "platform" } },
    );
    const ended = await down();
    assert.deepEqual([ended.exitCode, ended.stdout, ended.stderr], [0, "The stack far is gone.", ""]);
    assert.deepEqual(changes(), [
      "destroy --yes --skip-preview --stack far --suppress-progress",
      "stack rm far --yes --preserve-config",
    ]);
    assert.equal(looks, 2);
  });

  it("stays where the settings keep its data, and no up has told it so", async () => {
    const keeping = new FakeLab(
      "far",
      `config:\n  kubernetes:kubeconfig: '${cluster.kubeconfig}'\n  gourmetgram:keepData: "true"\n`,
    );
    try {
      keeping.docker.answer({ to: "context inspect", exitCode: 1 });
      keeping.installEngine();
      const withState = (...resources: readonly object[]): void =>
        keeping.pulumi.answer(
          { to: "stack ls", stdout: '[{"name":"far"}]' },
          { to: "stack export", stdout: JSON.stringify({ deployment: { resources } }) },
          { to: "stack output", stdout: "{}" },
        );
      const run = (): Promise<Ended> => keeping.run("cli/commands/lab/down", "down({})", BACKEND);
      withState(holdingData(false));
      assertEnded(
        await run(),
        1,
        /keepData is true, but the stack far does not know it yet: .* deleted\n {2}remedy: npm run up, then/,
      );
      const destroyed = (): boolean => keeping.pulumi.calls.some((call) => call.startsWith("destroy"));
      assert.equal(destroyed(), false);
      withState(holdingData(true));
      cluster.objects.set("/api/v1", () => ({
        resources: [{ name: "namespaces", kind: "Namespace", namespaced: false }],
      }));
      const ended = await run();
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.match(ended.stdout, /^kept, as the last up had keepData: Namespace platform$/m);
      assert.equal(destroyed(), true);
    } finally {
      keeping.remove();
    }
  });

  it("stays where Pulumi cannot destroy it", async () => {
    lab.installEngine();
    lab.pulumi.answer(
      { to: "stack ls", stdout: '[{"name":"far"}]' },
      { to: "stack export", stdout: '{"deployment":{}}' },
      { to: "stack output", stdout: "{}" },
      { to: "destroy", exitCode: 1 },
    );
    assertEnded(await down(), 1, /pulumi destroy ended with an error/);
    assert.equal(changes().length, 1);
  });
});

describe("down: the embedded cluster", () => {
  let lab: FakeLab;

  beforeEach(() => {
    lab = new FakeLab("embedded");
    lab.docker.answer(DOCKER);
    lab.installEngine();
  });
  afterEach(() => lab.remove());

  const removed = (): string[] => lab.pulumi.calls.filter((call) => call.startsWith("stack rm"));

  it("is not taken from other stacks on it, and they are told apart by what they say, not by their names", async () => {
    lab.addStack("embedded", EMBEDDED);
    lab.addStack("course-base", OF_CLASS);
    lab.addStack("course-alice", OF_CLASS);
    lab.addStack("single", EMBEDDED);
    lab.addStack("embedded-far");
    const ended = await lab.run("cli/commands/lab/down", "down({})");
    assertEnded(ended, 1, /other stacks are on the embedded cluster: course-alice, course-base, single\n/);
    assert.match(
      ended.stderr,
      /GOURMETGRAM_STACK=course npm run class -- down --roster FILE, GOURMETGRAM_STACK=single /,
    );
    assert.deepEqual(lab.pulumi.calls, []);
  });

  it("takes them away by force, and never a stack on another cluster whose name begins like its own", async () => {
    lab.addStack("embedded", EMBEDDED);
    lab.addStack("course-alice", OF_CLASS);
    lab.addStack("embedded-far");
    const ended = await lab.run("cli/commands/lab/down", "down({ force: true })");
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.match(ended.stdout, /The lab is gone/);
    assert.deepEqual(removed(), [
      "stack rm embedded --yes --preserve-config --force",
      "stack rm course-alice --yes --preserve-config --force",
    ]);
  });

  describe("with what another stack has kept on it", () => {
    const NODE = { to: "ps --all", stdout: "aaa gourmetgram-control-plane running\n" };
    let cluster: FakeCluster;
    beforeEach(async () => {
      cluster = await FakeCluster.start();
      lab.docker.answer(DOCKER, NODE);
      const record = { containers: ["aaa"], volumes: [], madeNetwork: false };
      lab.addFile("live/cluster.json", JSON.stringify(record));
      lab.addFile("live/admin.kubeconfig", cluster.kubeconfig);
    });
    afterEach(() => cluster.stop());

    const down = (call = "down({})"): Promise<Ended> => lab.run("cli/commands/lab/down", call);
    const removals = (): string[] => lab.docker.calls.filter((call) => call.startsWith("rm "));
    const holding = (name: string, namespace: string, data?: string, deletionTimestamp?: string) => ({
      metadata: {
        ...{ name, namespace, deletionTimestamp },
        labels: { "app.kubernetes.io/instance": "course-alice", "gourmetgram.dev/data": data },
      },
    });
    const alice = holding("gourmetgram-alice", "", "outlives-stack");

    it("stays, and says whose data it has, also in a claim that says nothing itself", async () => {
      const claims = [holding("data-mlflow-postgres-0", "gourmetgram-alice"), holding("cache", "other")];
      cluster.objects.set("/api/v1/namespaces", () => ({ items: [alice] }));
      cluster.objects.set("/api/v1/persistentvolumeclaims", () => ({ items: claims }));
      const ended = await down();
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.match(
        ended.stdout,
        /^There is no stack embedded\. The cluster stays, because it has data that keepData has kept, of the stack course-alice in gourmetgram-alice: .*npm run down -- --force deletes/,
      );
      assert.deepEqual(removals(), []);
    });

    it("goes where its data goes with a stack, or was given up", async () => {
      cluster.objects.set("/api/v1/persistentvolumeclaims", () => ({
        items: [
          holding("registry-data", "kube-system", "goes-with-stack"),
          holding("registry-data", "kube-system", "outlives-stack", "2026-01-01T00:00:00Z"),
        ],
      }));
      await down();
      assert.deepEqual(removals(), ["rm --force --volumes aaa"]);
    });

    it("stays where it does not answer, unless it is forced", async () => {
      cluster.objects.set("/api/v1/persistentvolumeclaims", () => {
        throw new Error("in trouble");
      });
      assertEnded(await down(), 1, /does not answer, so nobody can tell .*\n {2}remedy: .* down -- --force/);
      assert.deepEqual(removals(), []);
      await down("down({ force: true })");
      assert.deepEqual(removals(), ["rm --force --volumes aaa"]);
    });

    it("goes where it does not answer because its control plane is gone, as after a down that was killed", async () => {
      lab.docker.answer(DOCKER, { to: "ps --all", stdout: "aaa gourmetgram-worker running\n" });
      cluster.objects.set("/api/v1/persistentvolumeclaims", () => {
        throw new Error("in trouble");
      });
      await down();
      assert.deepEqual(removals(), ["rm --force --volumes aaa"]);
    });
  });

  it("takes what a down that was killed has left of a container: its volume", async () => {
    const record = { containers: ["aaa"], volumes: ["bbb", "ccc"], madeNetwork: false };
    lab.addFile("live/cluster.json", JSON.stringify(record));
    const isThere = { to: "volume ls", stdout: "ccc\nforeign\n" };
    const isGone = { to: "volume ls", once: [lab.docker, "volume rm"] } as const;
    lab.docker.answer(DOCKER, isGone, isThere);
    const ended = await lab.run("cli/commands/lab/down", "down({})");
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.deepEqual(
      lab.docker.calls.filter((call) => /^(rm|volume rm)/.test(call)),
      ["volume rm ccc"],
    );
  });

  it("is not forgotten where nobody could look for what it was made of", async () => {
    lab.addFile(
      "live/cluster.json",
      JSON.stringify({ containers: ["aaa"], volumes: ["v"], madeNetwork: true }),
    );
    lab.docker.answer(DOCKER, { to: "volume ls", exitCode: 1, stderr: "permission denied" });
    assertEnded(
      await lab.run("cli/commands/lab/down", "down({})"),
      1,
      /Docker does not answer: permission denied/,
    );
  });

  it("stays where the settings keep the data that is in it, unless it is forced", async function () {
    this.timeout(120_000);
    const kept = new FakeLab("embedded", "config:\n  gourmetgram:keepData: true\n");
    try {
      kept.docker.answer(DOCKER);
      kept.installEngine();
      kept.addFile("live/cluster.json", JSON.stringify({ containers: [], volumes: [], madeNetwork: false }));
      const ended = await kept.run("cli/commands/lab/down", "down({})");
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.match(
        ended.stdout,
        /^There is no stack embedded\. The cluster stays, because gourmetgram:keepData/,
      );
      kept.addStack("embedded", EMBEDDED);
      assertEnded(
        await kept.run("cli/commands/lab/down", "down({})"),
        1,
        /has the data, does not answer\n {2}remedy/,
      );
      assert.deepEqual(kept.pulumi.calls, []);
      const forced = await kept.run("cli/commands/lab/down", "down({ force: true })");
      assert.match(forced.stdout, /The cluster's containers/);
    } finally {
      kept.remove();
    }
  });

  for (const [settings, left] of [
    ["config:\n  gourmetgram:registryPassword:\n    secure: v1:abc=:def=\n", ["passphrase"]],
    ["config:\n  gourmetgram:size: small\n", []],
  ] as const) {
    it(`leaves of the state ${left.length === 0 ? "nothing" : "what settings are encrypted with"}: ${settings.split("\n")[1]?.trim() ?? ""}`, async () => {
      const other = new FakeLab("embedded", settings);
      try {
        other.docker.answer(DOCKER);
        other.installEngine();
        other.addFile("state/passphrase", "a passphrase for this test only");
        other.addFile("state/backend/.pulumi/meta.yaml", "version: 1");
        other.addFile(
          "live/cluster.json",
          JSON.stringify({ containers: [], volumes: [], madeNetwork: false }),
        );
        const ended = await other.run("cli/commands/lab/down", "down({})");
        assert.equal(ended.exitCode, 0, ended.stderr);
        assert.deepEqual(other.filesIn("state"), left);
        assert.equal((await other.run("cli/commands/audit", "auditMachine({})")).exitCode, 0);
      } finally {
        other.remove();
      }
    });
  }

  it("is not gone where its engine is missing and a stack is on it", async () => {
    const without = new FakeLab("embedded");
    try {
      without.docker.answer(DOCKER);
      without.addStack("embedded", EMBEDDED);
      const ended = await without.run("cli/commands/lab/down", "down({})");
      assertEnded(ended, 1, /the stack embedded cannot be read: there is no Pulumi engine/);
    } finally {
      without.remove();
    }
  });
});

describe("audit", () => {
  let lab: FakeLab;
  beforeEach(() => {
    lab = new FakeLab("embedded");
  });
  afterEach(() => lab.remove());

  const audit = (): Promise<Ended> => lab.run("cli/commands/audit", "auditMachine({})");

  it("says that nothing is left where Docker says so, or was never there", async () => {
    assert.match((await audit()).stdout, /^Nothing of the lab is on this machine/);
    lab.docker.answer(DOCKER);
    const ended = await audit();
    assert.equal(ended.exitCode, 0);
    assert.match(ended.stdout, /^Nothing of the lab is on this machine/);
    assert.ok(lab.docker.calls.some((call) => call.startsWith("ps --all")));
  });

  it("fails where Docker does not answer: that is no proof", async () => {
    lab.addFile("live/cluster.json", JSON.stringify({ containers: [], volumes: ["v"], madeNetwork: true }));
    lab.docker.answer({ to: "", exitCode: 1, stderr: "Cannot connect to the Docker daemon" });
    const ended = await audit();
    assert.equal(ended.exitCode, 1);
    assert.match(ended.stdout, /Could not look for:\n {2}containers: Docker does not answer: Cannot connect/);
    assert.match(ended.stdout, /\n {2}volumes and network: Docker does not answer/);
    assert.doesNotMatch(ended.stdout, /Nothing of the lab/);
  });

  it("fails where something is left", async () => {
    lab.docker.answer(DOCKER, { to: "ps --all", stdout: "aaa gourmetgram-control-plane running\n" });
    const ended = await audit();
    assert.equal(ended.exitCode, 1);
    assert.match(ended.stdout, /^container gourmetgram-control-plane$/m);
  });
});

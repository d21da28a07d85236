import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { FakeCluster, FakeLab, FakeProgram } from "../../../../support/fake-lab";
import { freePort } from "../../../../support/free-port";
import { versions } from "../../../../../tooling/machine/versions";

const KEYS = ["registry", "mlflow", "staging", "argoServer", "appRepository"].map(
  (name) => `${name}NodePort`,
);
const OUTPUTS = { namespace: "platform", builder: { namespace: "build" } };
const INFO = {
  ServerVersion: "29.1.3",
  MemTotal: 8 * 1024 ** 3,
  Architecture: "aarch64",
  CgroupVersion: "2",
  DefaultRuntime: "runc",
  KernelVersion: "6.12.54-linuxkit",
  DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]],
};
const CONTAINER = "c0ffee";
const IN_NODE = "exec gourmetgram-control-plane kubectl --request-timeout=5s";
/** What only looks. */
const QUESTION =
  /^(?:info|context|buildx|ps|inspect|image inspect|image ls|network (?:ls|inspect)|volume ls|exec) /;

// No image registry can be reached where this project is made. So this is everything up to the answers of Docker, kind,
// the cluster and Pulumi's engine, on what looks like a Mac with Docker Desktop.
describe("up with official images, on a machine that has nothing yet", function () {
  let lab: FakeLab;
  let cluster: FakeCluster;
  let kind: FakeProgram;
  let ports: number[];
  let ended: Awaited<ReturnType<FakeLab["run"]>>;

  before(async function () {
    this.timeout(120_000);
    ports = await Promise.all(KEYS.map(() => freePort()));
    const settings = KEYS.map((key, index) => `  gourmetgram:${key}: ${ports[index] ?? 0}\n`).join("");
    lab = new FakeLab("embedded", `config:\n${settings}`);
    cluster = await FakeCluster.start();
    kind = new FakeProgram(join(lab.folder, "bin", "kind"));
    kind.answer({ to: "version", stdout: `kind v${versions.kind} go1.26.6 darwin/arm64` });
    // As kind writes it.
    lab.addFile("live/admin.kubeconfig", cluster.kubeconfig);
    lab.installEngine();
    lab.addStack("embedded");
    lab.pulumi.answer({ to: "stack output", stdout: JSON.stringify(OUTPUTS) });
    const created = [kind, "create cluster"] as const;
    lab.docker.answer(
      { to: "info", stdout: JSON.stringify(INFO) },
      { to: "image inspect --format {{.Architecture}}", once: [lab.docker, "pull "], stdout: "arm64" },
      { to: "image inspect", exitCode: 1, stderr: "No such image" },
      // A kernel without AppArmor.
      { to: "run --rm --entrypoint cat", exitCode: 1, stderr: "No such file or directory" },
      { to: "ps --all", once: created, stdout: `${CONTAINER} gourmetgram-control-plane running\n` },
      { to: "inspect --format {{range .Mounts}}", stdout: "0123\n\n" },
      { to: "inspect --format {{.State.StartedAt}}", stdout: "2026-01-01T00:00:00Z" },
      { to: "network inspect kind", stdout: "fc00:f853:ccd:e793::/64\n172.18.0.0/16\n" },
      { to: `${IN_NODE} get --raw /readyz`, once: created, stdout: "ok" },
      { to: `${IN_NODE} get nodes`, stdout: "True 2026-01-01T00:01:00Z\n" },
      { to: `${IN_NODE} --namespace kube-system get lease`, stdout: "2026-01-01T00:01:00.000000Z" },
    );
    ended = await lab.run("cli/commands/lab/up", "up({})", {
      GOURMETGRAM_REACH: "online",
      // Of somebody who builds for servers.
      DOCKER_DEFAULT_PLATFORM: "linux/amd64",
    });
    assert.equal(ended.exitCode, 0, `${ended.stdout}\n${ended.stderr}`);
  });

  after(async () => {
    lab.remove();
    await cluster.stop();
  });

  const json = (path: string): unknown => JSON.parse(readFileSync(join(lab.home, path), "utf8"));

  it("says where each part comes from, and why", () => {
    assert.deepEqual(ended.stdout.split("\n").slice(0, 3), [
      "Pulumi engine: downloaded, because --online says so",
      "Images: pulled, the nodes' is kindest/node:v1.37.0, because --online says so",
      `kind: ${versions.kind}, from the PATH`,
    ]);
    assert.match(ended.stdout, /The lab is up/);
  });

  it("pulls the node image, looks at the kernel, makes the cluster, and has it start again with Docker", () => {
    assert.deepEqual(
      lab.docker.calls.filter((call) => !QUESTION.test(`${call} `)),
      [
        `pull ${versions.kindNode}`,
        `run --rm --entrypoint cat ${versions.kindNode} /proc/sys/kernel/apparmor_restrict_unprivileged_userns`,
        `update --restart unless-stopped ${CONTAINER}`,
      ],
    );
    const live = join(lab.home, "live");
    assert.deepEqual(
      kind.calls.filter((call) => call !== "version"),
      [`create cluster --name gourmetgram --config ${live}/kind.yaml --kubeconfig ${live}/admin.kubeconfig`],
    );
  });

  it("gives kind one node of the official image, without anything that only a built one needs", () => {
    const { nodes, kubeadmConfigPatches } = parse(
      readFileSync(join(lab.home, "live", "kind.yaml"), "utf8"),
    ) as {
      nodes: { image: string; extraPortMappings: { hostPort: number }[] }[];
      kubeadmConfigPatches: string[];
    };
    assert.deepEqual(
      nodes.map(({ image }) => image),
      [versions.kindNode],
    );
    assert.deepEqual(
      nodes[0]?.extraPortMappings.map(({ hostPort }) => hostPort),
      ports,
    );
    assert.doesNotMatch(kubeadmConfigPatches.join(), /lab\.local|imageRepository|oomScoreAdj|failCgroupV1/);
  });

  it("remembers the cluster, with settings that fit it", () => {
    const { containers, volumes, madeNetwork, images, kubernetes, settings } = json(
      "live/cluster.json",
    ) as Record<string, unknown>;
    assert.deepEqual(
      { containers, volumes, madeNetwork, images, kubernetes },
      {
        containers: [CONTAINER],
        volumes: ["0123"],
        madeNetwork: true,
        images: "official",
        kubernetes: "1.37.0",
      },
    );
    const names = Object.keys(settings as object);
    assert.ok(!names.some((name) => name.endsWith("Image")), names.join());
    assert.deepEqual((settings as Record<string, unknown>)["gourmetgram:apiServerAddresses"], [
      "172.18.0.0/16",
    ]);
  });

  it("brings the stack up with those settings below the user's own", () => {
    assert.ok(lab.pulumi.calls.some((call) => /^up --yes --skip-preview --stack embedded/.test(call)));
    const { config } = parse(readFileSync(join(lab.home, "state", "Pulumi.embedded.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    assert.equal(config["gourmetgram:registryPullFrom"], "in-cluster");
    assert.equal(config["gourmetgram:mlflowNodePort"], ports[1]);
    assert.ok(!Object.keys(config).some((name) => name.endsWith("Image")));
  });
});

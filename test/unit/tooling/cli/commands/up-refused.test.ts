import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { FakeLab, FakeProgram, type Answer } from "../../../../support/fake-lab";
import { freePort } from "../../../../support/free-port";
import { versions } from "../../../../../tooling/machine/versions";

const ENVIRONMENT = { GOURMETGRAM_ENGINE: "official", GOURMETGRAM_REACH: "online" };

/** A Docker that carries the lab. */
const INFO = {
  ServerVersion: "29.0.0",
  MemTotal: 16 * 1024 ** 3,
  Architecture: "x86_64",
  KernelVersion: "of a virtual machine",
};
const answering = (info: object = {}, ...more: readonly Answer[]): Answer[] => [
  { to: "info", stdout: JSON.stringify({ ...INFO, ...info }) },
  ...more,
];

/** What changes nothing in Docker. */
const QUESTION = /^(?:info|context inspect|buildx version|ps|image inspect|network ls|volume ls) /;

describe("up on a machine that cannot carry the embedded lab", () => {
  let lab: FakeLab;
  let mlflowPort: number;

  beforeEach(async () => {
    mlflowPort = await freePort();
    const others = ["registry", "staging", "argoServer", "appRepository"].map(
      async (name) => `  gourmetgram:${name}NodePort: ${await freePort()}\n`,
    );
    const settings = `  gourmetgram:mlflowNodePort: ${mlflowPort}\n${(await Promise.all(others)).join("")}`;
    lab = new FakeLab("embedded", `config:\n${settings}`);
    lab.installEngine();
    kind().answer({ to: "version", stdout: `kind v${versions.kind} go1.26 linux/amd64` });
  });
  afterEach(() => lab.remove());

  const kind = () => new FakeProgram(join(lab.folder, "bin", "kind"));

  /** The message with which `up` ends, and that it has changed nothing. */
  async function refused(answers: Answer[], environment: Record<string, string> = {}): Promise<string> {
    lab.docker.answer(...answers);
    const ended = await lab.run("cli/commands/lab/up", "up({})", { ...ENVIRONMENT, ...environment });
    assert.equal(ended.exitCode, 1, ended.stdout);
    assert.deepEqual(
      lab.docker.calls.filter((call) => !QUESTION.test(`${call} `)),
      [],
    );
    assert.deepEqual(lab.pulumi.calls, []);
    assert.ok(kind().calls.every((call) => call === "version"));
    return ended.stderr;
  }

  const message = (...lines: string[]): string =>
    `error: this machine cannot hold the embedded lab:\n${lines.join("\n")}`;

  it("names a cluster called like the lab's that the lab did not make", async () => {
    const container = { to: "ps --all", stdout: "c0ffee gourmetgram-control-plane running\n" };
    assert.equal(
      await refused(answering({}, container)),
      message(
        `  - there is a kind cluster gourmetgram that this lab, in ${lab.home}, did not make: gourmetgram-control-plane`,
        "    remedy: use the lab that made it (GOURMETGRAM_LAB_HOME names its folder), or delete it with its data: " +
          "kind delete cluster --name gourmetgram",
      ),
    );
  });

  it("names a port that is taken, and the program that has it", async () => {
    new FakeProgram(join(lab.folder, "bin", "ss")).answer({
      to: `-Hltnp sport = :${mlflowPort}`,
      stdout: `LISTEN 0 511 127.0.0.1:${mlflowPort} 0.0.0.0:* users:(("python3",pid=4711,fd=3))\n`,
    });
    const server = createServer().listen(mlflowPort, "127.0.0.1");
    await once(server, "listening");
    try {
      assert.equal(
        await refused(answering()),
        message(
          `  - ports taken: ${mlflowPort} (gourmetgram:mlflowNodePort) is held by python3 (process 4711)`,
          "    remedy: stop that program, or choose another port from 30000 to 32767: " +
            "npm run pulumi -- config set gourmetgram:KEY PORT",
        ),
      );
    } finally {
      server.close();
      await once(server, "close");
    }
  });

  it("names everything at once: Docker's version, its memory, its architecture, the number of nodes", async () => {
    const info = { ServerVersion: "19.03.15", MemTotal: 2 * 1024 ** 3 };
    assert.equal(
      await refused(answering(info), { GOURMETGRAM_NODES: "many" }),
      message(
        "  - Docker 19.03.15 is too old, 20.10 or later is needed",
        "    remedy: update Docker",
        "  - Docker has 2.0 GiB of memory, 6.0 GiB needed",
        "    remedy: give Docker more (Docker Desktop: Settings, Resources; colima start --memory 8), or use a larger machine",
        "  - GOURMETGRAM_NODES is many: expected a number from 1 to 9",
        "    remedy: GOURMETGRAM_NODES=1 npm run up",
      ),
    );
    assert.match(
      await refused(answering({ Architecture: "s390x" })),
      / {2}- Docker runs on s390x; images of the lab exist for linux\/amd64 and linux\/arm64\n/,
    );
  });

  it("names the room that the disk lacks", async () => {
    lab.freeBytes = 9 * 1024 ** 3;
    assert.equal(
      await refused(answering()),
      message(
        "  - 9.0 GiB free, 10.0 GiB needed",
        "    remedy: free some, or set GOURMETGRAM_LAB_HOME to a folder on a larger disk",
      ),
    );
  });

  it("stops at a node image for another architecture, before it makes a cluster", async () => {
    const amd64 = { to: "image inspect --format {{.Architecture}}", stdout: "amd64" };
    lab.docker.answer(...answering({ Architecture: "aarch64" }, amd64));
    const { exitCode, stderr } = await lab.run("cli/commands/lab/up", "up({})", ENVIRONMENT);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      new RegExp(
        `^error: Node image, official failed: the image ${versions.kindNode} in Docker is for linux/amd64, and Docker runs on linux/arm64\n` +
          `  remedy: docker image rm ${versions.kindNode}, if it is for another machine; `,
        "m",
      ),
    );
    assert.deepEqual(
      lab.docker.calls.filter((call) => !QUESTION.test(`${call} `)),
      [`pull ${versions.kindNode}`],
    );
    assert.deepEqual([kind().calls, lab.pulumi.calls], [["version"], []]);
  });

  it("stops where the registry of the node image cannot be reached, before it makes a cluster", async () => {
    const reason = "dial tcp: lookup registry-1.docker.io: no such host";
    const pull = { to: "pull ", exitCode: 1, stderr: `Error response from daemon: ${reason}\n` };
    lab.docker.answer(...answering({}, { to: "image inspect", exitCode: 1 }, pull));
    const { exitCode, stderr } = await lab.run("cli/commands/lab/up", "up({})", ENVIRONMENT);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      new RegExp(
        `^error: Node image, official failed: docker pull ${versions.kindNode} ended with status 1\n` +
          ` +Error response from daemon: ${reason}\n[^]*  remedy: .*; npm run up -- --offline builds the image here`,
        "m",
      ),
    );
    assert.deepEqual([kind().calls, lab.pulumi.calls], [["version"], []]);
  });

  it("stops where the kernel of Docker's virtual machine keeps BuildKit from starting", async () => {
    const image = { to: "image inspect --format {{.Architecture}}", stdout: "amd64" };
    const look = { to: "run --rm --entrypoint cat", stdout: "1" };
    lab.docker.answer(...answering({}, image, look));
    const { exitCode, stderr } = await lab.run("cli/commands/lab/up", "up({})", ENVIRONMENT);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: User namespaces for BuildKit failed: AppArmor restricts user namespaces on the machine that Docker runs on, so BuildKit does not start without root\n {2}remedy: there, sudo sysctl /m,
    );
    assert.deepEqual([kind().calls, lab.pulumi.calls], [["version"], []]);
  });
});

describe("up of a stack on a cluster of its own, without a Docker that builds its images", () => {
  let lab: FakeLab;
  beforeEach(() => {
    lab = new FakeLab("far", "config:\n  kubernetes:context: far\n");
    lab.installEngine();
  });
  afterEach(() => lab.remove());

  for (const [title, docker, expected] of [
    [
      "there is none",
      undefined,
      "no Docker daemon answers (there is no docker command)\n" +
        "  remedy: start Docker, or choose its context (docker context use NAME)",
    ],
    [
      "none answers",
      { to: "info", exitCode: 1, stderr: "Cannot connect to the Docker daemon at unix:///nowhere.sock." },
      "no Docker daemon answers (Cannot connect to the Docker daemon at unix:///nowhere.sock.)\n" +
        "  remedy: start Docker, or choose its context (docker context use NAME)",
    ],
    [
      "Podman answers",
      { to: "info", stdout: '{"host":{},"version":{"Version":"5.2.0"}}' },
      "no Docker daemon answers (Podman 5.2.0 answers, which the lab does not support)\n" +
        "  remedy: start Docker, or choose its context (docker context use NAME)",
    ],
    [
      "it is too old",
      { to: "info", stdout: '{"ServerVersion":"19.03.15"}' },
      "Docker 19.03.15 is too old, 20.10 or later is needed\n  remedy: update Docker",
    ],
  ] as const) {
    it(`is refused before anything else where ${title}`, async () => {
      if (docker !== undefined) lab.docker.answer(docker);
      const { exitCode, stderr } = await lab.run("cli/commands/lab/up", "up({})", ENVIRONMENT);
      assert.equal(stderr, `error: the stack's images cannot be built: ${expected}`);
      assert.equal(exitCode, 1);
      assert.deepEqual(lab.pulumi.calls, []);
    });
  }
});

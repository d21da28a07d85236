import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSecret, reveal, secret, type Properties } from "../../tooling/engine/plugins/shared/values";
import { DockerDaemon } from "./support/docker-daemon";
import { installedPlugins, PluginProcess } from "./support/plugin-process";

describe("the stand-in for the docker plugin, with the Docker command line", function () {
  const imageName = "localhost:30500/gourmetgram-train:v1";
  const repository = "localhost:30500/gourmetgram-train";
  // The first builder speaks the plain HTTP that this test's daemon understands.
  const build = { context: "train", builderVersion: "BuilderV1" };
  let home: string;
  let removeHome: (() => void) | undefined;
  let project: string;
  let daemon: DockerDaemon;
  let plugin: PluginProcess;
  const running: PluginProcess[] = [];

  before(async function () {
    if (spawnSync("docker", ["--version"]).status !== 0) {
      this.skip(); // The Docker command line is not installed.
    }
    ({ home, remove: removeHome } = await installedPlugins());
    project = mkdtempSync(join(tmpdir(), "gourmetgram-project-"));
    for (const folder of ["train", "tmp", "docker-config"]) {
      mkdirSync(join(project, folder));
    }
    writeFileSync(join(project, "train/Dockerfile"), "FROM scratch\n");
    daemon = await DockerDaemon.start();
    plugin = await start();
  });

  after(async () => {
    if (removeHome !== undefined) {
      await Promise.all(running.map((one) => one.stop()));
      daemon.stop();
      rmSync(project, { recursive: true });
      removeHome();
    }
  });

  beforeEach(() => daemon.reset());

  async function start(env: Record<string, string> = {}): Promise<PluginProcess> {
    const started = await PluginProcess.start(home, "docker", "docker:index/image:Image", {
      cwd: project,
      env: {
        DOCKER_HOST: daemon.host,
        DOCKER_CONFIG: join(project, "docker-config"),
        TMPDIR: join(project, "tmp"),
        ...env,
      },
    });
    running.push(started);
    return started;
  }

  async function create(news: Properties, by = plugin): Promise<Properties> {
    const { inputs, failures } = await by.check(news);
    assert.deepEqual(failures, []);
    const { id, state } = await by.create(inputs);
    assert.equal(id, news.imageName);
    return state;
  }

  function leftovers(): string[] {
    return readdirSync(join(project, "tmp"));
  }

  it("builds and pushes, and records what came of it", async () => {
    const state = await create({
      imageName,
      build: {
        ...build,
        ...{
          args: { BASE_IMAGE: "lab:1" },
          network: "host",
          target: "final",
          addHosts: ["pypi.test:10.0.0.1"],
        },
        // Of no machine that this test runs on: what is given counts, and not what the machine is.
        platform: "linux/s390x",
      },
      registry: { server: "localhost:30500" },
    });
    const { __inputs: inputs = null, ...outputs } = state;
    assert.deepEqual(outputs, {
      ...{ baseImageName: imageName, imageName, registryServer: "localhost:30500", platform: "linux/s390x" },
      ...{
        context: "train",
        dockerfile: "Dockerfile",
        repoDigest: `${repository}@${DockerDaemon.digest(1)}`,
      },
    });
    assert.ok(isSecret(inputs));
    assert.equal((reveal(inputs) as Properties).imageName, imageName);

    const [order, ...more] = daemon.builds;
    assert.equal(more.length, 0);
    assert.equal(order?.get("t"), imageName);
    assert.equal(order?.get("dockerfile"), "Dockerfile");
    assert.deepEqual(JSON.parse(order?.get("buildargs") ?? ""), { BASE_IMAGE: "lab:1" });
    assert.equal(order?.get("networkmode"), "host");
    assert.equal(order?.get("target"), "final");
    assert.equal(order?.get("extrahosts"), "pypi.test:10.0.0.1");
    assert.equal(order?.get("platform"), "linux/s390x");
    assert.deepEqual(
      daemon.pushes.map(({ name }) => name),
      [imageName],
    );
  });

  it("shows progress beside the resource, and keeps none of it", async () => {
    plugin.log.length = 0;
    await create({ imageName, build });
    assert.equal(plugin.log[0]?.message, "building the image");
    for (const { urn, ephemeral } of plugin.log) {
      assert.match(urn, /docker:index\/image:Image::tested$/);
      assert.equal(ephemeral, true);
    }
    assert.deepEqual(plugin.printed, []);
  });

  it("pushes one image after another, also after one that failed", async () => {
    daemon.faults = { push: "unauthorized: authentication required" };
    await assert.rejects(create({ imageName, build }));
    daemon.reset();
    await Promise.all(["one", "two"].map((name) => create({ imageName: `${imageName}-${name}`, build })));
    assert.equal(daemon.pushes.length, 2);
    assert.equal(daemon.mostPushesAtOnce, 1);
  });

  it("builds again in an update, and records the new digest", async () => {
    const state = await create({ imageName, build });
    const { inputs } = await plugin.check({ imageName, build });
    const updated = await plugin.update(state, inputs);
    assert.equal(updated.repoDigest, `${repository}@${DockerDaemon.digest(2)}`);
    assert.equal(daemon.builds.length, 2);
  });

  it("records the image's id where nothing is pushed", async () => {
    const state = await create({ imageName: "train:v1", build, skipPush: true });
    assert.equal(state.repoDigest, DockerDaemon.digest(0));
    assert.equal(state.registryServer, "");
    assert.deepEqual(daemon.pushes, []);
  });

  it("finds the digest of an image on Docker Hub", async () => {
    const state = await create({ imageName: "docker.io/team/train:v1", build });
    assert.equal(state.repoDigest, `team/train@${DockerDaemon.digest(1)}`);
  });

  it("signs in with the program's credentials, in a folder that is gone afterwards", async () => {
    const config = join(project, "docker-config/config.json");
    const own = JSON.stringify({
      auths: { "localhost:30500": {}, "other.example.com": {} },
      credsStore: "not-installed",
    });
    writeFileSync(config, own);
    const registry = { server: "http://localhost:30500/", username: "student", password: "hunter2" };
    const state = await create({ imageName, build, registry });
    assert.deepEqual(daemon.pushes[0]?.credentials, {
      ...{ username: "student", password: "hunter2", serveraddress: "localhost:30500" },
    });
    assert.deepEqual(leftovers(), []);
    assert.equal(readFileSync(config, "utf8"), own);
    assert.ok(isSecret(state.__inputs));
    delete state.__inputs;
    assert.doesNotMatch(JSON.stringify(state), /hunter2/);
  });

  it("keeps secret what comes from a secret name, and nothing else", async () => {
    const { inputs } = await plugin.check({ imageName: secret(imageName), build });
    const { state } = await plugin.create(inputs);
    const secrets = Object.keys(state).filter((name) => isSecret(state[name]));
    assert.deepEqual(secrets.sort(), ["__inputs", "baseImageName", "imageName", "repoDigest"]);
  });

  it("waits for a registry that does not listen yet", async () => {
    daemon.faults = { refusedPushes: 1 };
    await create({ imageName, build });
    assert.equal(daemon.pushes.length, 2);
  });

  it("shows why a step failed", async () => {
    daemon.faults = { build: "ERROR: No matching distribution found for mlflow==99" };
    await assert.rejects(create({ imageName, build }), (error: Error) => {
      assert.match(
        error.message,
        /^building localhost:30500\/gourmetgram-train:v1 from train\/Dockerfile failed/,
      );
      assert.match(error.message, /No matching distribution found for mlflow==99$/m);
      return true;
    });
    assert.deepEqual(daemon.pushes, []);
  });

  it("shows why a push failed, without the password", async () => {
    daemon.faults = { push: "unauthorized: authentication required" };
    const registry = { username: "student", password: "hunter2" };
    await assert.rejects(create({ imageName, build, registry }), (error: Error) => {
      assert.match(
        error.message,
        /^pushing .*:v1 failed; .* see registry\.username and registry\.password\n/,
      );
      assert.match(error.message, /unauthorized: authentication required/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
    assert.deepEqual(leftovers(), []);
  });

  it("says where it looked for a daemon", async () => {
    const address = `unix://${join(project, "no.sock")}`;
    const lost = await start({ DOCKER_HOST: address });
    await assert.rejects(create({ imageName, build }, lost), (error: Error) => {
      assert.ok(
        error.message.startsWith(`no Docker daemon answers at ${address}; start it, or set DOCKER_HOST`),
      );
      return true;
    });
  });

  it("says which command it misses", async () => {
    const lost = await start({ GOURMETGRAM_DOCKER: "/nowhere/docker" });
    await assert.rejects(
      create({ imageName, build }, lost),
      /the command \/nowhere\/docker cannot be run .*; install the Docker command line, or name it in GOURMETGRAM_DOCKER/,
    );
  });

  describe("interrupted", () => {
    const registry = { username: "student", password: "hunter2" };

    async function hangingBuild(): Promise<{ interrupted: PluginProcess; created: Promise<Properties> }> {
      daemon.faults = { hang: true };
      const begun = new Promise<void>((resolve) => (daemon.onBuild = resolve));
      const interrupted = await start();
      const created = create({ imageName, build, registry }, interrupted);
      created.catch(() => undefined);
      await begun;
      assert.equal(leftovers().length, 1);
      return { interrupted, created };
    }

    it("by a cancellation, ends the build and leaves no file", async () => {
      const { interrupted, created } = await hangingBuild();
      await interrupted.cancel();
      await assert.rejects(created, /docker build was cancelled/);
      assert.deepEqual(leftovers(), []);
    });

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      it(`by ${signal}, ends and leaves no file`, async () => {
        const { interrupted, created } = await hangingBuild();
        const ended = once(interrupted.process, "exit");
        interrupted.process.kill(signal);
        await ended;
        await assert.rejects(created);
        assert.deepEqual(leftovers(), []);
      });
    }
  });
});

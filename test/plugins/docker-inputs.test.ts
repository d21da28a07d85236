import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unknownValue } from "@pulumi/pulumi/runtime";
import { isSecret, reveal, secret, type Properties } from "../../tooling/engine/plugins/shared/values";
import { image } from "../../tooling/engine/plugins/docker/image";
import { installedPlugins, PluginProcess } from "./support/plugin-process";

describe("the stand-in for the docker plugin, before anything is built", () => {
  const imageName = "localhost:30500/gourmetgram-train:v1";
  let plugin: PluginProcess;
  let project: string;
  let removeHome: () => void;

  before(async () => {
    const { home, remove } = await installedPlugins();
    removeHome = remove;
    project = mkdtempSync(join(tmpdir(), "gourmetgram-project-"));
    plugin = await PluginProcess.start(home, "docker", "docker:index/image:Image", { cwd: project });
  });

  after(async () => {
    await plugin.stop();
    rmSync(project, { recursive: true });
    removeHome();
  });

  beforeEach(() => {
    rmSync(join(project, "train"), { recursive: true, force: true });
    write("train/Dockerfile", "FROM scratch\nCOPY . /app\n");
    write("train/flow.py", "print('training')\n");
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }

  async function failuresOf(news: Properties): Promise<string[]> {
    return (await plugin.check(news)).failures;
  }

  async function checked(news: Properties): Promise<Properties> {
    const { inputs, failures } = await plugin.check(news);
    assert.deepEqual(failures, []);
    return inputs;
  }

  it("says the version that the engine asks for, and prints nothing", async () => {
    assert.equal(await plugin.version(), "4.11.2");
    assert.deepEqual(plugin.printed, []);
  });

  describe("check", () => {
    it("fills in the defaults", async () => {
      const inputs = await checked({
        imageName,
        build: { context: "./train", args: { BASE_IMAGE: "lab:1" } },
      });
      const { contextDigest, platform, ...build } = inputs.build as Properties;
      assert.ok(contextDigest);
      assert.match(platform as string, /^linux\/(amd64|arm64)$/);
      assert.deepEqual(build, {
        context: "./train",
        dockerfile: "train/Dockerfile",
        args: { BASE_IMAGE: "lab:1" },
      });
      assert.equal(inputs.buildOnPreview, false);
    });

    it("keeps the platform that it is given, which another one would have the image built again for", async () => {
      const of = (platform: string) => checked({ imageName, build: { context: "./train", platform } });
      const before = await of("linux/s390x");
      assert.equal((before.build as Properties).platform, "linux/s390x");
      assert.deepEqual(image.diff({ __inputs: before }, await of("linux/s390x")), {
        changed: false,
        replaces: [],
      });
      assert.deepEqual(image.diff({ __inputs: before }, await of("linux/arm64")), {
        changed: true,
        replaces: [],
      });
    });

    it("leaves the digest out while the context is not known", async () => {
      const inputs = await checked({ imageName: unknownValue, build: { context: unknownValue } });
      const { context, dockerfile, contextDigest } = inputs.build as Properties;
      assert.deepEqual({ context, dockerfile }, { context: unknownValue, dockerfile: unknownValue });
      assert.equal(contextDigest, undefined);
      assert.equal((await checked({ imageName, build: unknownValue })).build, unknownValue);
    });

    it("keeps the registry's password secret, even where the program does not", async () => {
      const registry = { server: "localhost:30500", username: "student" };
      for (const password of ["hunter2", secret("hunter2")]) {
        const inputs = await checked({
          imageName,
          build: { context: "train" },
          registry: { ...registry, password },
        });
        const { password: stored, ...rest } = inputs.registry as Properties;
        assert.ok(isSecret(stored));
        assert.equal(reveal(stored), "hunter2");
        assert.deepEqual(rest, registry);
      }
    });

    const refused: [what: string, news: Properties, failure: RegExp][] = [
      ["no name", { build: {} }, /^imageName: is required$/],
      ["a name that is none", { imageName: "Not a name" }, /^imageName: is no image name; it looks like/],
      [
        "a name without a registry",
        { imageName: "train:v1" },
        /^imageName: names no registry.*docker\.io\/$/,
      ],
      [
        "cacheFrom",
        { imageName, build: { cacheFrom: {} } },
        /^build\.cacheFrom: is not supported by the lab's/,
      ],
      ["buildOnPreview", { imageName, buildOnPreview: true }, /^buildOnPreview: .* builds in an update only/],
      [
        "an unknown builder",
        { imageName, build: { builderVersion: "3" } },
        /must be BuilderV1 or BuilderBuildKit/,
      ],
      ["an unknown input", { imageName, build: { addHost: "a:b" } }, /^build\.addHost: is not an input/],
      [
        "arguments that are no texts",
        { imageName, build: { args: { A: 1 } } },
        /^build\.args: must be a map of/,
      ],
      [
        "secret arguments",
        { imageName, build: { args: { TOKEN: secret("t0k3n") } } },
        /^build\.args: holds a secret/,
      ],
      ["half of the credentials", { imageName, registry: { username: "u" } }, /^registry: has only one of/],
    ];
    for (const [what, news, failure] of refused) {
      it(`refuses ${what}`, async () => {
        const build = { context: "train", ...(news.build as Properties | undefined) };
        const failures = await failuresOf({ ...news, build });
        assert.equal(failures.length, 1, failures.join("\n"));
        assert.match(failures[0] ?? "", failure);
        assert.doesNotMatch(failures[0] ?? "", /t0k3n/);
      });
    }

    it("takes a name without a registry for an image that is not pushed", async () => {
      await checked({ imageName: "train:v1", skipPush: true, build: { context: "train" } });
    });

    it("refuses a context that is not there, saying where it looked", async () => {
      const failures = await failuresOf({ imageName, build: { context: "./trian" } });
      assert.equal(failures.length, 1);
      assert.match(
        failures[0] ?? "",
        /^build\.context: there is no folder \/.*\/trian; give one relative to/,
      );
    });

    it("refuses a context without a Dockerfile, and finds a Dockerfile that was named from the context", async () => {
      write("train/docker/Training", "FROM scratch\n");
      rmSync(join(project, "train/Dockerfile"));
      assert.match(
        (await failuresOf({ imageName, build: { context: "train" } })).join(),
        /there is no file .*; write/,
      );
      const build = { context: "train", dockerfile: "docker/Training" };
      assert.match(
        (await failuresOf({ imageName, build })).join(),
        /set build\.dockerfile to "train\/docker\/Training"/,
      );
    });

    it("refuses an ignore file for a single Dockerfile, naming where to put it", async () => {
      write("train/Dockerfile.dockerignore", "*.md\n");
      const failures = await failuresOf({ imageName, build: { context: "train" } });
      assert.match(
        failures.join(),
        /Dockerfile\.dockerignore is not supported.*move it to train\/\.dockerignore$/,
      );
    });

    it("refuses every other resource type, naming the way out", async () => {
      const { failures } = await plugin.check({ name: "x" }, "docker:index/container:Container");
      assert.match(failures.join(), /provides docker:index\/image:Image only.*official docker plugin/);
    });
  });

  describe("diff", () => {
    const registry = { server: "localhost:30500", username: "student", password: "hunter2" };

    async function changed(before: Properties, after: Properties): Promise<boolean> {
      const state = { imageName, __inputs: secret(await checked(before)) };
      const answer = await plugin.diff(state, await checked(after));
      assert.deepEqual(answer.replaces, []);
      return answer.changed;
    }

    it("finds nothing to do while inputs and sources stay", async () => {
      const news = { imageName, build: { context: "train" }, registry, skipPush: false };
      assert.equal(await changed(news, news), false);
      assert.equal(
        await changed(news, { ...news, build: { context: "train", dockerfile: "train/Dockerfile" } }),
        false,
      );
    });

    it("updates when the sources change", async () => {
      const state = {
        imageName,
        __inputs: secret(await checked({ imageName, build: { context: "train" } })),
      };
      write("train/flow.py", "print('trained')\n");
      const news = await checked({ imageName, build: { context: "train" } });
      assert.deepEqual(await plugin.diff(state, news), { changed: true, replaces: [] });
    });

    it("updates when an input changes or is not known", async () => {
      const build = { context: "train" };
      assert.equal(await changed({ imageName, build }, { imageName: `${imageName}-2`, build }), true);
      assert.equal(await changed({ imageName, build }, { imageName: unknownValue, build }), true);
      assert.equal(
        await changed({ imageName, build }, { imageName, build: { ...build, args: { A: "1" } } }),
        true,
      );
      assert.equal(await changed({ imageName, build, registry }, { imageName, build }), true);
    });

    it("does nothing about new credentials, but about another registry", async () => {
      const news = { imageName, build: { context: "train" }, registry };
      const rotated = { ...registry, username: "teacher", password: secret("rotated") };
      assert.equal(await changed(news, { ...news, registry: rotated }), false);
      assert.equal(
        await changed(news, { ...news, registry: { ...registry, server: "localhost:30501" } }),
        true,
      );
    });

    it("updates an image of which the state tells no inputs", async () => {
      const news = await checked({ imageName, build: { context: "train" } });
      assert.equal((await plugin.diff({ imageName }, news)).changed, true);
    });
  });

  it("reads back the state, deletes nothing, and refuses to import", async () => {
    const state = { imageName, repoDigest: `localhost:30500/gourmetgram-train@sha256:${"0".repeat(64)}` };
    assert.deepEqual(await plugin.read(imageName, state), { id: imageName, state });
    await plugin.delete(imageName, state);
    await assert.rejects(plugin.read(imageName, {}), /cannot be imported.*official docker plugin/);
  });
});

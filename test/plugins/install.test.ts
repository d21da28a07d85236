import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPlugins } from "../../tooling/engine/plugins/install";
import { PluginProcess } from "./support/plugin-process";

describe("installPlugins", () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "gourmetgram home's "));
  });

  afterEach(() => rmSync(home, { recursive: true }));

  const folder = (name: string) => join(home, "plugins", name);
  const OLD = "throw new Error('made from older sources');";
  const docker = "resource-docker-v4.11.2";
  const random = "resource-random-v4.19.1";

  it("puts both plugins where the engine looks for them, and nothing else", async () => {
    await installPlugins(home);
    assert.deepEqual(readdirSync(join(home, "plugins")).sort(), [docker, random]);
    assert.equal(statSync(join(folder(docker), "pulumi-resource-docker")).mode & 0o777, 0o755);
    assert.equal(statSync(join(folder(random), "pulumi-resource-random")).mode & 0o777, 0o755);
  });

  it("installs what runs in any folder", async () => {
    await installPlugins(home);
    const plugin = await PluginProcess.start(home, "random", "random:index/randomPassword:RandomPassword", {
      cwd: "/",
      env: { NODE_PATH: "/nowhere" },
    });
    try {
      assert.equal(await plugin.version(), "4.19.1");
    } finally {
      await plugin.stop();
    }
  });

  it("does nothing the second time", async () => {
    await installPlugins(home);
    const before = statSync(folder(docker)).ino;
    await installPlugins(home);
    assert.equal(statSync(folder(docker)).ino, before);
  });

  it("replaces what was made from other sources", async () => {
    await installPlugins(home);
    writeFileSync(join(folder(random), "stand-in.sha256"), "of older sources");
    writeFileSync(join(folder(random), "main.js"), OLD);
    await installPlugins(home);
    assert.ok(readFileSync(join(folder(random), "main.js"), "utf8") !== OLD);
  });

  it("can be done by two at once, and the engine finds a plugin meanwhile", async () => {
    await installPlugins(home);
    writeFileSync(join(folder(docker), "stand-in.sha256"), "of older sources");
    const seen = new Set<boolean>();
    const watch = setInterval(() => seen.add(existsSync(join(folder(docker), "pulumi-resource-docker"))), 1);
    try {
      await Promise.all([installPlugins(home), installPlugins(home)]);
    } finally {
      clearInterval(watch);
    }
    assert.deepEqual([...seen], [true]);
    assert.deepEqual(readdirSync(join(home, "plugins")).sort(), [docker, random]);
  });

  it("leaves an official plugin alone", async () => {
    mkdirSync(folder(docker), { recursive: true });
    writeFileSync(join(folder(docker), "pulumi-resource-docker"), "official");
    await installPlugins(home);
    assert.deepEqual(readdirSync(folder(docker)), ["pulumi-resource-docker"]);
    assert.ok(existsSync(folder(random)));
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret } from "../../tooling/engine/plugins/shared/values";
import { installedPlugins, PluginProcess } from "./support/plugin-process";

// GOURMETGRAM_TEST_REGISTRY is the host and port of a registry that a real Docker daemon may push to over plain HTTP.
describe("the stand-in for the docker plugin, with a Docker daemon and a registry", function () {
  this.timeout(120_000);
  const registry = process.env.GOURMETGRAM_TEST_REGISTRY;

  it("pushes what the sources say, and what they say next", async function () {
    if (registry === undefined) {
      this.skip(); // GOURMETGRAM_TEST_REGISTRY names no registry.
    }
    const { home, remove } = await installedPlugins();
    const project = mkdtempSync(join(tmpdir(), "gourmetgram-project-"));
    const write = (text: string) => writeFileSync(join(project, "text"), text);
    writeFileSync(join(project, "Dockerfile"), "FROM scratch\nARG WHO\nLABEL who=$WHO\nCOPY text /\n");
    const plugin = await PluginProcess.start(home, "docker", "docker:index/image:Image", { cwd: project });
    try {
      const news = {
        imageName: `${registry}/gourmetgram-plugin-test:v1`,
        build: { args: { WHO: "student" } },
      };
      write("one");
      const first = await plugin.check(news);
      const { state } = await plugin.create(first.inputs);
      await assertServed(state.repoDigest as string);
      const stored = { ...state, __inputs: secret(first.inputs) };
      assert.equal((await plugin.diff(stored, (await plugin.check(news)).inputs)).changed, false);

      write("two");
      const second = await plugin.check(news);
      assert.equal((await plugin.diff(stored, second.inputs)).changed, true);
      const updated = await plugin.update(stored, second.inputs);
      assert.notEqual(updated.repoDigest, state.repoDigest);
      await assertServed(updated.repoDigest as string);
    } finally {
      await plugin.stop();
      rmSync(project, { recursive: true });
      remove();
    }
  });

  async function assertServed(repoDigest: string): Promise<void> {
    const [, repository, digest] = /^[^/]+\/(.+)@(sha256:[0-9a-f]{64})$/.exec(repoDigest) ?? [];
    assert.ok(repository !== undefined && digest !== undefined, repoDigest);
    const accept =
      "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json";
    const url = `http://${registry ?? ""}/v2/${repository}/manifests/${digest}`;
    assert.equal((await fetch(url, { headers: { accept } })).status, 200);
  }
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepLayers, restoreLayers } from "../../tooling/engine/plugins/docker/layer-cache";
import { Registry } from "./support/registry";

describe("the layers that the stand-in for the docker plugin keeps", () => {
  const torch = randomBytes(1_000_000);
  const old = randomBytes(1_000_001);
  const small = randomBytes(999_999);
  const train = "gourmetgram-train";
  const app = "gourmetgram-app-base";
  let folder: string;
  const registries: Registry[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-layers-"));
  });

  afterEach(() => {
    for (const registry of registries.splice(0)) registry.stop();
    rmSync(folder, { recursive: true });
  });

  async function newRegistry(): Promise<Registry> {
    const registry = await Registry.start();
    registries.push(registry);
    return registry;
  }
  const at = ({ host }: Registry, path: string) => ({ host, path, credentials: undefined });
  const keep = (registry: Registry, path: string, ...layers: Buffer[]) =>
    keepLayers(folder, at(registry, path), registry.push(path, ...layers));
  const files = () => readdirSync(folder).filter((name) => name.startsWith("sha256:"));
  const uploads = ({ requests }: Registry) => requests.filter((each) => each.startsWith("PUT")).length;

  it("are given to a new registry, without those that are compressed sooner than sent", async () => {
    await keep(await newRegistry(), train, torch, small);
    const registry = await newRegistry();
    await restoreLayers(folder, at(registry, train));
    assert.ok(registry.has(train, torch));
    assert.ok(!registry.has(train, small));
  });

  it("are sent once, and not to a registry that has them", async () => {
    const first = await newRegistry();
    await keep(first, train, torch);
    await keep(first, app, torch);
    await restoreLayers(folder, at(first, train));
    assert.equal(uploads(first), 0);

    const second = await newRegistry();
    await restoreLayers(folder, at(second, train));
    await restoreLayers(folder, at(second, app));
    assert.ok(second.has(train, torch) && second.has(app, torch));
    assert.equal(uploads(second), 1);
  });

  it("are those of each repository's last image alone", async () => {
    const registry = await newRegistry();
    await keep(registry, train, old);
    await keep(registry, app, torch);
    assert.equal(files().length, 2);
    writeFileSync(join(folder, "sha256:0.123"), "what an interrupted process has left");
    await keep(registry, train, torch);
    assert.equal(files().length, 1);
  });

  it("are not taken by a registry, and fetched again, where a file is damaged", async () => {
    await keep(await newRegistry(), train, torch);
    writeFileSync(join(folder, files()[0] ?? ""), "damaged");
    const registry = await newRegistry();
    await restoreLayers(folder, at(registry, train));
    assert.ok(!registry.has(train, torch));
    assert.deepEqual(files(), []);

    await keep(registry, train, torch);
    const next = await newRegistry();
    await restoreLayers(folder, at(next, train));
    assert.ok(next.has(train, torch));
  });
});

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { recover } from "../../../../../tooling/engine/interrupted";

describe("a backend in a folder, after an engine was killed", () => {
  const folder = mkdtempSync(join(tmpdir(), "gourmetgram-backend-"));
  const backend = join(folder, ".pulumi");
  const stacks = join(backend, "stacks", "gourmetgram");
  before(() => mkdirSync(stacks, { recursive: true }));
  after(() => rmSync(folder, { recursive: true }));

  it("loses the torn files of type and encoding beside the state, and no other file", async () => {
    const whole = JSON.stringify({ "user.content_type": "application/json" });
    const files = {
      "lab.json": JSON.stringify({ version: 3 }),
      "lab.json.attrs": "",
      "lab.json.bak": "{",
      "lab.json.bak.attrs": whole.slice(0, 9),
      "other.json.attrs": "",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(stacks, name), text);
    writeFileSync(join(backend, "meta.yaml.attrs"), whole);
    await recover({
      name: "lab",
      locks: join(backend, "locks", "organization", "gourmetgram"),
      read: () => Promise.reject(new Error("it asked the engine")),
      write: () => Promise.reject(new Error("it wrote")),
      cluster: () => Promise.resolve(new KubeConfig()),
      report: () => undefined,
      signal: AbortSignal.timeout(60_000),
    });
    assert.deepEqual(readdirSync(stacks).sort(), ["lab.json", "lab.json.bak", "other.json.attrs"]);
    assert.deepEqual(readdirSync(backend).sort(), ["meta.yaml.attrs", "stacks"]);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePassphrase } from "../../../../../tooling/engine/stack/state";

describe("the passphrase of the lab's state", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "passphrase-"));
    file = join(folder, "passphrase");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is for its owner alone, and nothing else is left", async () => {
    await makePassphrase(file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(readFileSync(file, "utf8"), /^[\w-]{32}$/);
    assert.deepEqual(readdirSync(folder), ["passphrase"]);
  });

  it("stays once it is there", async () => {
    writeFileSync(file, "the first");
    await makePassphrase(file);
    assert.equal(readFileSync(file, "utf8"), "the first");
  });

  it("is made although a process was killed while it wrote one", async () => {
    writeFileSync(`${file}.${process.pid}`, "");
    await makePassphrase(file);
    assert.equal(readFileSync(file, "utf8").length, 32);
  });
});

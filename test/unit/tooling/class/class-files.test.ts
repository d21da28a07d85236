import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ClassFiles } from "../../../../tooling/class/runner/class-files";

describe("the stack files of a class", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-class-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const files = () => new ClassFiles(folder, "dev", "config: {}\n", [{ id: "alice", settings: {} }]);
  const saltOf = (text: string) => (parse(text) as { encryptionsalt?: string }).encryptionsalt;
  const write = (stack: string, salt: string) =>
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), `encryptionsalt: ${salt}\n`);

  it("give a new student the base's salt, so that the engine derives one key for both", () => {
    assert.equal(saltOf(files().textOf("dev-alice")), undefined);
    write("dev-base", "v1:base");
    assert.equal(saltOf(files().textOf("dev-alice")), "v1:base");
  });

  it("keep the salt with which a student's stack was made", () => {
    write("dev-base", "v1:base");
    write("dev-alice", "v1:alice");
    assert.equal(saltOf(files().textOf("dev-alice")), "v1:alice");
    assert.equal(saltOf(files().textOf("dev-base")), "v1:base");
  });

  it("are as they were used last for those who have left the roster", () => {
    const written = files().write("dev-bob");
    assert.equal(files().existing("dev-bob"), written);
    files().remove("dev-bob");
    assert.equal(files().existing("dev-bob"), undefined);
  });
});

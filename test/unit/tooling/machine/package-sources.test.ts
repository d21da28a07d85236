import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackageSources } from "../../../../tooling/cluster/preflight";
import { filesWithCredentials } from "../../../../tooling/machine/packages/sources";

describe("the machine's package sources", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "package-sources-"))));
  after(() => rmSync(folder, { recursive: true }));

  const file = (text: string): string => {
    const path = join(folder, "settings");
    writeFileSync(path, text);
    return path;
  };

  for (const [text, found] of [
    ["[global]\nindex-url = https://packages.example.org/simple\n", false],
    ["[global]\nindex-url = https://reader:hush@packages.example.org/simple\n", true],
    ["[global]\nindex-url = https://token@packages.example.org/simple\n", true],
    ["# index-url = https://reader:hush@packages.example.org/simple\n", true],
    ["deb [signed-by=/a] http://reader:hush@debian.example.org/debian bookworm main\n", true],
    ["deb http://debian.example.org/debian bookworm main\n", false],
    ["trusted-host = packages.example.org/@scope\n", false],
  ] as const) {
    it(`${found ? "have" : "have no"} credentials in: ${text.trim()}`, () => {
      const path = file(text);
      assert.deepEqual(filesWithCredentials([path]), found ? [path] : []);
    });
  }

  it("that are missing have none", () => {
    assert.deepEqual(filesWithCredentials([join(folder, "missing")]), []);
  });

  it("with credentials are refused before images are built with them, and only then", () => {
    const path = file("index-url = https://reader:hush@packages.example.org/simple\n");
    const parts = { images: "built", engine: "official", kind: "official" } as const;
    const { obstacle } = checkPackageSources(parts, [path]);
    assert.match(obstacle?.problem ?? "", /settings has a user name or password in an address/);
    assert.doesNotMatch(JSON.stringify(obstacle), /hush/);
    assert.equal(checkPackageSources({ ...parts, images: "official" }, [path]).obstacle, undefined);
  });
});

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../support/checkout";

describe("a program built into one file", function () {
  this.timeout(20_000);
  let folder: string;
  const save = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-build-"));
    copyFileSync(join(checkout, "build.cjs"), join(folder, "build.cjs"));
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["esbuild", "@esbuild", "source-map-support", "source-map", "buffer-from"]) {
      symlinkSync(join(checkout, "node_modules", name), join(folder, "node_modules", name));
    }
    save("main.ts", 'import { value } from "./value";\nexport const seen: string = value();\n');
    save("value.ts", 'export const value = (): string => "first";\n');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** What the program exports, or its error; with source maps, as Pulumi's language host has them. */
  function run(): string {
    const script = [
      'require("source-map-support/register");',
      'try { require("./build.cjs").run(module, "main.ts"); console.log(module.exports.seen); }',
      "catch (error) { console.log(error.stack); }",
    ].join("\n");
    return execFileSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" }).trim();
  }

  it("is always the one that its files are now", () => {
    assert.equal(run(), "first");
    save("value.ts", 'export const value = (): string => "second";\n');
    assert.equal(run(), "second");
  });

  it("throws errors that name the file and line of the source", () => {
    save(
      "value.ts",
      '// Fails.\n\nexport const value = (): string => {\n  throw new Error("no value");\n};\n',
    );
    const [message, place] = run().split("\n");
    assert.equal(message, "Error: no value");
    assert.ok(place?.includes(join(folder, "value.ts:4:9")), place);
  });

  it("says where a file cannot be read as TypeScript", () => {
    save("value.ts", "export const value = ;\n");
    assert.match(run(), /value\.ts:1:21: ERROR: Unexpected ";"/);
  });

  it("runs where nothing can be written", () => {
    save("dist", "not a folder");
    assert.equal(run(), "first");
  });
});

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../../support/checkout";

/** What the language host gives Node before its own program. */
const { runtime } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as {
  runtime: { options: { nodeargs: string } };
};

describe("a program built into one file", () => {
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
  function run(shown = "error.stack", before = ""): string {
    const script = [
      'require("source-map-support/register");',
      before,
      'try { require("./build.cjs").run(module, "main.ts"); console.log(module.exports.seen); }',
      `catch (error) { console.log(${shown}); }`,
    ].join("\n");
    const options = { cwd: folder, encoding: "utf8", timeout: 60_000 } as const;
    const nodeArguments = runtime.options.nodeargs.split(" ");
    return execFileSync(process.execPath, [...nodeArguments, "-e", script], options).trim();
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

  it("ends when Pulumi shows an error that went through its own files", () => {
    const names = ["@pulumi/pulumi/errors.js", "@pulumi/pulumi/errors.js.map"];
    mkdirSync(join(folder, "node_modules/@pulumi/pulumi"), { recursive: true });
    const map = { version: 3, sources: ["../resource.ts"], names: [], mappings: "AAAA" };
    const program =
      "exports.fail = () => { throw new Error('refused'); };\n//# sourceMappingURL=errors.js.map\n";
    [program, JSON.stringify(map)].forEach((text, index) =>
      save(join("node_modules", names[index] ?? ""), text),
    );
    save(
      "value.ts",
      'import { fail } from "@pulumi/pulumi/errors";\nexport const value = (): string => fail();\n',
    );
    save("node_modules/@pulumi/pulumi/errors.d.ts", "export function fail(): string;\n");
    // Pulumi itself may have looked at a stack before the program runs.
    const looked = 'try { require("@pulumi/pulumi/errors").fail(); } catch (error) { error.stack; }';
    for (const before of ["", looked]) {
      const shown = run('require("node:util").inspect(error, { colors: true })', before);
      assert.match(shown, /refused/);
      assert.match(shown, /value\.ts:2/);
    }
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

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../support/checkout";

describe("a program made into one file", function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-bundle-"));
    copyFileSync(join(checkout, "bundle.cjs"), join(folder, "bundle.cjs"));
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["esbuild", "@esbuild"]) {
      symlinkSync(join(checkout, "node_modules", name), join(folder, "node_modules", name));
    }
    save("main.ts", 'import { value } from "./value";\nexport const seen: string = value;\n');
    save("value.ts", 'export const value = "first";\n');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const cache = () => join(folder, "node_modules/.cache/gourmetgram");

  /** Saves a file some time ago, as a person would have. */
  function save(name: string, text: string, secondsAgo = 60): void {
    writeFileSync(join(folder, name), text);
    const then = Date.now() / 1000 - secondsAgo;
    utimesSync(join(folder, name), then, then);
  }

  /** What the program exports, and whether the compiler was needed. */
  function run(): { seen: string; compiled: boolean } {
    const script = [
      'require("./bundle.cjs").runBundled(module, "main.ts");',
      "const compiled = Object.keys(require.cache).some((path) => path.includes('esbuild'));",
      "console.log(JSON.stringify({ seen: module.exports.seen, compiled }));",
    ].join("\n");
    const printed = execFileSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" });
    return JSON.parse(printed) as { seen: string; compiled: boolean };
  }

  it("is compiled once, and again when a file that it uses has changed", () => {
    assert.deepEqual(run(), { seen: "first", compiled: true });
    assert.deepEqual(run(), { seen: "first", compiled: false });
    save("value.ts", 'export const value = "second";\n', 30);
    assert.deepEqual(run(), { seen: "second", compiled: true });
    assert.deepEqual(run(), { seen: "second", compiled: false });
  });

  it("is not kept where a file was saved while it was compiled", () => {
    save("value.ts", 'export const value = "just now";\n', -60);
    assert.deepEqual(run(), { seen: "just now", compiled: true });
    assert.ok(!existsSync(cache()));
  });

  it("is compiled again where what was kept cannot be read", () => {
    run();
    for (const name of readdirSync(cache())) writeFileSync(join(cache(), name), "{");
    assert.deepEqual(run(), { seen: "first", compiled: true });
  });

  it("runs where nothing can be kept", () => {
    writeFileSync(join(folder, "node_modules/.cache"), "not a folder");
    assert.deepEqual(run(), { seen: "first", compiled: true });
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { checkout } from "../../../support/checkout";
import { gourmetgram, TestLab } from "../../../support/command-line";

/** Half a second of processor time each, and of no use to most commands. */
const LARGE = /^@pulumi\/|^@kubernetes\//;

/** JavaScript for the names of the packages that a process has loaded. */
const LOADED =
  "[...new Set(Object.keys(require.cache).map((file) => " +
  "/node_modules\\/((?:@[^/]+\\/)?[^/.][^/]*)/.exec(file)?.[1]).filter((name) => name !== undefined))]";

/** An ES module that has `require`. */
const withRequire = (text: string): string =>
  `import { createRequire } from "node:module"; const require = createRequire("${checkout}/"); ${text}`;

/** The part of the program that each command loads, as tooling/cli names it, without what is above a command. */
function commandParts(): string[] {
  const folder = join(checkout, "tooling", "cli");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").matchAll(/\bimport\("([^"]+)\.js"\)/g)].map(
        ([, part = ""]) => basename(part),
      ),
    );
}

describe("the start of a command", () => {
  // The first call may have to compile it.
  before(() => gourmetgram("--help"));

  let lab: TestLab;

  beforeEach(() => {
    lab = new TestLab();
  });

  afterEach(() => {
    lab.remove();
  });

  /** The packages that a command has loaded when it ends. */
  async function packagesOf(...args: string[]): Promise<string[]> {
    const file = join(lab.folder, "loaded.json");
    const write = `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify(${LOADED})));`;
    const hook = `data:text/javascript,${encodeURIComponent(withRequire(write))}`;
    await promisify(execFile)(
      process.execPath,
      ["--import", hook, "tooling/gourmetgram.mjs", ...args],
      { cwd: checkout, env: lab.env },
      // What is looked at is what it has loaded, and not how it ends.
    ).catch(() => undefined);
    return JSON.parse(readFileSync(file, "utf8")) as string[];
  }

  /** What an ES module prints. */
  async function printedBy(script: string): Promise<string> {
    const args = ["--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: checkout, env: lab.env });
    return stdout.trim();
  }

  for (const args of [["status", "--help"], ["class", "--help"], ["--help"]]) {
    it(`loads nothing but its parser for help, which is why it is there at once: ${args.join(" ")}`, async () => {
      assert.deepEqual(await packagesOf(...args), ["commander"]);
    });
  }

  for (const args of [
    ["status"],
    ["open"],
    ["restore", "/nowhere/lab.backup"],
    ["down", "--dry-run"],
    ["pulumi", "stack"],
    ["backup", "/nowhere/lab.backup", "--check"],
    ["class", "up", "--roster", "/nowhere.csv"],
  ]) {
    it(`loads no large package that it does not use: ${args.join(" ")}`, async () => {
      const loaded = await packagesOf(...args);
      assert.ok(loaded.includes("commander"));
      assert.deepEqual(
        loaded.filter((name) => LARGE.test(name)),
        [],
      );
    });
  }

  it("loads no large package for any command before it is used", async () => {
    const address =
      'const { compiled } = await import("./tooling/launch/compile.mjs");' +
      'console.log(await compiled("tooling/cli/main.ts"));';
    const folder = dirname(fileURLToPath(await printedBy(address)));
    const files = readdirSync(folder);
    const parts = commandParts().map((part) => {
      const file = files.find(
        (each) => each.endsWith(".mjs") && each.replace(/-[A-Z0-9]{8}\.mjs$/, "") === part,
      );
      assert.ok(file !== undefined, `${part} is not part of the compiled program`);
      return pathToFileURL(join(folder, file)).href;
    });
    assert.ok(parts.length > 20);
    const script = withRequire(
      `const found = {};
       for (const part of ${JSON.stringify(parts)}) { await import(part); found[part] = ${LOADED}; }
       console.log(JSON.stringify(found)); process.exit();`,
    );
    const found = Object.entries(JSON.parse(await printedBy(script)) as Record<string, string[]>);
    assert.ok(found.some(([, names]) => names.includes("yaml")));
    // What one part has loaded is found in all after it: the first is the one to look at.
    const large = found.map(([part, names]) => ({ part, names: names.filter((name) => LARGE.test(name)) }));
    assert.equal(
      large.find(({ names }) => names.length > 0),
      undefined,
    );
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkout } from "../../../support/checkout";

const call = promisify(execFile);

describe("the command line's program", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-compile-"));
    mkdirSync(join(folder, "tooling", "launch"), { recursive: true });
    for (const name of ["compile.mjs", "packages.mjs", "rooms.mjs"])
      copyFileSync(join(checkout, "tooling", "launch", name), join(folder, "tooling", "launch", name));
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["esbuild", "@esbuild"])
      symlinkSync(join(checkout, "node_modules", name), join(folder, "node_modules", name));
    save("main.ts", 'void import("./part.js").then(({ say }) => say());\n');
    save("part.ts", 'import { word } from "./word";\nexport const say = (): void => console.log(word);\n');
    save("word.ts", 'export const word: string = "first";\n');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const cache = () => join(folder, "node_modules", ".cache", "gourmetgram");

  /** Saves a file some time ago, as a person would have. */
  function save(name: string, text: string, secondsAgo = 60): void {
    writeFileSync(join(folder, name), text);
    const then = Date.now() / 1000 - secondsAgo;
    utimesSync(join(folder, name), then, then);
  }

  /** What the program prints, and from which folder it ran. */
  async function run(): Promise<{ printed: string; from: string }> {
    const script =
      'const { compiled } = await import("./tooling/launch/compile.mjs");' +
      'const address = await compiled("main.ts"); console.log(address); await import(address);';
    const args = ["--input-type=module", "--eval", script];
    const { stdout, stderr } = await call(process.execPath, args, { cwd: folder }).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    const [address = "", ...rest] = `${stdout}${stderr}`.trimEnd().split("\n");
    return { printed: rest.join("\n"), from: address };
  }

  it("is compiled once, and again when a file that it uses has changed", async () => {
    const first = await run();
    assert.equal(first.printed, "first");
    assert.deepEqual(await run(), first);
    save("word.ts", 'export const word: string = "second";\n', 30);
    const second = await run();
    assert.equal(second.printed, "second");
    assert.notEqual(second.from, first.from);
    assert.deepEqual(await run(), second);
  });

  it("finds what a package exports, also where it loads it on use", async () => {
    save(
      "part.ts",
      'import { version } from "esbuild";\n' +
        "export const say = async (): Promise<void> =>\n" +
        '  console.log(typeof version, typeof (await import("esbuild")).build);\n',
    );
    assert.equal((await run()).printed, "string function");
  });

  it("runs the files that an index.ts names, and not all that others use of it", async () => {
    mkdirSync(join(folder, "room"));
    save(
      "room/index.ts",
      '/** A room. */\nexport {\n  type Kind,\n  word as name,\n} from "./plain";\nexport { Large } from "./large";\n',
    );
    save("room/plain.ts", 'export type Kind = string;\nexport const word: Kind = "plain";\n');
    save("room/large.ts", 'console.log("large is loaded");\nexport class Large {}\n');
    save("main.ts", 'void import("./part.js").then(({ say }) => say(() => import("./large-part.js")));\n');
    save("large-part.ts", 'import { Large } from "./room";\nexport const large = new Large();\n');
    const part = (does: string): string =>
      `import {\n  type Kind,\n  name as word,\n} from "./room";\nexport const say = async (more: () => Promise<object>): Promise<void> => {\n  const said: Kind = word;\n  console.log(said);\n${does}};\n`;
    save("part.ts", part(""));
    assert.equal((await run()).printed, "plain");
    save("part.ts", part("  await more();\n"), 50);
    assert.equal((await run()).printed, "plain\nlarge is loaded");
    // The index.ts is not in the result, which depends on it all the same.
    save("room/other.ts", 'export type Kind = string;\nexport const word: Kind = "other";\n');
    save(
      "room/index.ts",
      'export { type Kind, word as name } from "./other";\nexport { Large } from "./large";\n',
      30,
    );
    assert.equal((await run()).printed, "other\nlarge is loaded");
  });

  it("runs an index.ts that does something itself", async () => {
    mkdirSync(join(folder, "room"));
    save("room/index.ts", 'export { word } from "../word";\nconsole.log("room");\n');
    save("part.ts", 'import { word } from "./room";\nexport const say = (): void => console.log(word);\n');
    assert.equal((await run()).printed, "room\nfirst");
  });

  it("loads a package when the first of its names is used", async () => {
    const add = (name: string, file: string, text: string): void => {
      mkdirSync(join(folder, "node_modules", name));
      writeFileSync(join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, main: file }));
      writeFileSync(join(folder, "node_modules", name, file), text);
    };
    add(
      "older",
      "index.js",
      'console.log("older is loaded"); module.exports = () => "called"; module.exports.named = 1;',
    );
    add(
      "newer",
      "index.mjs",
      'console.log("newer is loaded"); export default () => "default"; export const named = 2;',
    );
    save(
      "part.ts",
      'import older, { named } from "older";\nimport newer, * as all from "newer";\n' +
        "export const say = (): void => {\n" +
        '  console.log("begun");\n  console.log(older(), named);\n  console.log(newer(), all.named);\n};\n',
    );
    const { printed } = await run();
    assert.equal(printed, "begun\nolder is loaded\ncalled 1\nnewer is loaded\ndefault 2");
  });

  it("is not kept where a file was saved while it was compiled", async () => {
    save("word.ts", 'export const word: string = "just now";\n', -60);
    assert.equal((await run()).printed, "just now");
    assert.equal(readdirSync(cache()).includes("main.json"), false);
  });

  it("is compiled again where what was kept cannot be read, or is gone", async () => {
    const first = await run();
    writeFileSync(join(cache(), "main.json"), "{");
    const second = await run();
    assert.notEqual(second.from, first.from);
    const { folder: kept } = JSON.parse(readFileSync(join(cache(), "main.json"), "utf8")) as {
      folder: string;
    };
    rmSync(join(cache(), kept), { recursive: true });
    assert.equal((await run()).printed, "first");
  });

  /** Has the compiler of a run wait until the others' have begun too. */
  function compileTogether(runs: number): void {
    const meeting = join(folder, "meeting");
    mkdirSync(meeting);
    unlinkSync(join(folder, "node_modules", "esbuild"));
    mkdirSync(join(folder, "node_modules", "esbuild"));
    writeFileSync(
      join(folder, "node_modules", "esbuild", "index.js"),
      `const { build, stop } = require(${JSON.stringify(join(checkout, "node_modules", "esbuild"))});
      const { readdirSync, writeFileSync } = require("node:fs");
      const { setTimeout } = require("node:timers/promises");
      exports.stop = stop;
      exports.build = async (options) => {
        writeFileSync(${JSON.stringify(meeting)} + "/" + process.pid, "");
        while (readdirSync(${JSON.stringify(meeting)}).length < ${runs}) await setTimeout(20);
        return build(options);
      };`,
    );
  }

  it("runs where two compile it at once, and stays there for one that runs", async () => {
    compileTogether(2);
    const both = await Promise.all([run(), run()]);
    assert.deepEqual(
      both.map(({ printed }) => printed),
      ["first", "first"],
    );
    assert.notEqual(both[0].from, both[1].from);
    save("word.ts", 'export const word: string = "second";\n', 30);
    await run();
    assert.equal(readdirSync(cache()).filter((name) => name.startsWith("main-")).length, 3);
  });

  it("names the file and line of the source in a stack trace", async () => {
    save(
      "word.ts",
      "export const word: string =\n  // A comment.\n  (undefined as unknown as string).trim();\n",
    );
    const { printed } = await run();
    assert.match(printed, new RegExp(`at .*${join(folder, "word.ts")}:3:36`));
  });

  it("says where a source is wrong", async () => {
    save("part.ts", "export const say = ;\n");
    const script = 'await (await import("./tooling/launch/compile.mjs")).compiled("main.ts")';
    await assert.rejects(
      call(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder }),
      (error: { code: number; stderr: string }) => {
        assert.equal(error.code, 1);
        assert.match(error.stderr, /part\.ts:1:19/);
        assert.match(error.stderr, /^error: the commands cannot be compiled\n {2}remedy: /m);
        return true;
      },
    );
  });
});

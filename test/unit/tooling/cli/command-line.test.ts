import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import packageFile from "../../../../package.json";
import { gourmetgram as program } from "../../../../tooling/cli/program";
import { checks } from "../../../../tooling/verify/checks";
import { checkout } from "../../../support/checkout";
import { endOf, gourmetgram, TestLab } from "../../../support/command-line";

/** Commands that hand their arguments on, help among them. */
const HAND_ON = ["kubectl", "argo", "pulumi", "lint"];

/** All commands that do something, with the words that call them. */
function commandsOf(
  command: Command,
  words: readonly string[] = [],
): { words: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ words: [...words], command }];
  return command.commands.flatMap((each) => commandsOf(each, [...words, each.name()]));
}

const commands = commandsOf(program());

describe("the command line", () => {
  it("has each command as a script of npm, and as the package's program", () => {
    const called = Object.entries(packageFile.scripts).flatMap(([script, line]) => {
      const [, name] = /^node tooling\/gourmetgram\.mjs (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [{ script, name }];
    });
    const names = program().commands.map((each) => each.name());
    assert.deepEqual(called.map(({ name }) => name).sort(), names.sort());
    // "lint" is what checks this project's own sources.
    for (const { script, name } of called) assert.equal(script, name === "lint" ? "lint:workflows" : name);
    assert.deepEqual(packageFile.bin, { gourmetgram: "tooling/gourmetgram.mjs" });
  });

  for (const { words, command } of commands.filter(({ words: [name = ""] }) => !HAND_ON.includes(name))) {
    it(`helps with ${words.join(" ")}: what it does, options, examples that can be called, exit codes`, () => {
      let help = "";
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      const [usage = "", what = ""] = help.split("\n\n");
      assert.equal(usage.startsWith(`Usage: gourmetgram ${words.join(" ")}`), true, usage);
      assert.match(what, /^[a-z]/);
      for (const part of ["Options:", "Examples:", "Exit codes:"])
        assert.ok(help.includes(`\n${part}\n`), part);
      for (const code of ["0", "1", "2", "130, 143"]) assert.match(help, new RegExp(`^  ${code} +\\S`, "m"));
      const examples = [...help.matchAll(/^ {2}npm run (?:-s )?(\S+)(.*)$/gm)];
      assert.ok(examples.length > 0);
      for (const [, script = "", rest = ""] of examples) {
        assert.ok(script in packageFile.scripts, script);
        assert.ok(rest.includes(words.slice(1).join(" ")), rest);
      }
    });
  }

  it("has a page with what each command prints for scripts", () => {
    const page = readFileSync(join(checkout, "docs", "reference", "commands.md"), "utf8");
    for (const { words, command } of commands) {
      const prints = command.options.some(({ long }) => long === "--json") || words[0] === "lint";
      const row = new RegExp(`^\\| [^|]*\`${words.join(" ")}\`[^|]* \\| [^|]+ \\|$`, "m");
      assert.equal(row.test(page), prints, words.join(" "));
    }
  });

  for (const args of [
    ["nope"],
    ["up", "--nope"],
    ["up", "--online", "--offline"],
    ["down", "extra"],
    ["open", "nowhere"],
    ["train", "--timeout", "0"],
    ["train", "--accuracy", "2"],
    ["class"],
    ["class", "up"],
    ["class", "up", "--roster", "/nowhere.csv"],
    ["class", "up", "--roster", "test/fixtures/class.csv", "--parallel", "1.5"],
    ["verify:class", "--nope"],
    ["bench", "--runs", "x"],
    ["render"],
    ["backup"],
    ["backup", "/nowhere/lab.backup", "--check"],
    ["restore", "/nowhere/lab.backup"],
    ["rights", "--nope"],
    ["lint", "--next", "x", "file"],
  ]) {
    it(`ends with 2 where nothing was started: ${args.join(" ")}`, async () => {
      const { code, stdout, stderr } = await gourmetgram(...args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.notEqual(stderr, "");
    });
  }

  it("takes down who has left the roster, whom only the stacks tell", async () => {
    const lab = new TestLab();
    try {
      const roster = ["--roster", "test/fixtures/class.csv", "--only", "carol"];
      const refused = await endOf(lab.command("class", "up", ...roster));
      assert.match(refused.stderr, /^error: carol is not in the roster$/m);
      const { stderr } = await endOf(lab.command("class", "down", ...roster));
      assert.match(stderr, /^error: no class has been brought up from here yet$/m);
    } finally {
      lab.remove();
    }
  });

  it("tells a remedy that can be called", async () => {
    const { stderr } = await gourmetgram("status", "--nope");
    assert.equal(
      stderr,
      "error: unknown option '--nope'\n  remedy: npm run status -- --help lists the options\n",
    );
    assert.equal((await gourmetgram("status", "--help")).code, 0);
  });
});

describe("the document of --json", () => {
  /** The document on standard output, which has nothing else. */
  async function documentOf(
    ...args: string[]
  ): Promise<{ document: unknown; code: number | null; stderr: string }> {
    const { code, stdout, stderr } = await gourmetgram(...args, "--json");
    return { document: JSON.parse(stdout) as unknown, code, stderr };
  }

  it("has what a command found", async () => {
    const { document, code, stderr } = await documentOf("verify", "--only", "rights", "--list");
    assert.equal(code, 0);
    const { title } = checks.find(({ name }) => name === "rights") ?? {};
    assert.deepEqual(document, { ok: true, exitCode: 0, data: { checks: [{ name: "rights", title }] } });
    assert.match(stderr, /^rights /);
  });

  it("says why a command could not, the remedy apart", async () => {
    const { document, code, stderr } = await documentOf("verify", "--only", "nothing", "--list");
    const { error, ...rest } = document as { error: { message: string; remedy: string } };
    assert.deepEqual([code, rest], [2, { ok: false, exitCode: 2 }]);
    assert.match(error.message, /^there is no check nothing; the checks are /);
    assert.equal(error.remedy, "npm run verify -- --list explains them");
    assert.equal(stderr, `error: ${error.message}\n  remedy: ${error.remedy}\n`);
  });

  it("says what is wrong with a command line", async () => {
    const { document, code } = await documentOf("train", "--timeout", "x");
    assert.equal(code, 2);
    assert.deepEqual(document, {
      ok: false,
      exitCode: 2,
      error: {
        message: "option '--timeout <seconds>' argument 'x' is invalid. Expected a whole number from 1.",
      },
    });
  });

  it("has the linter's report, whose exit code is its own", async () => {
    const { document, code, stderr } = await documentOf(
      "lint",
      "--no-argo",
      "test/fixtures/course/train-model.yaml",
    );
    const { ok, exitCode, data } = document as {
      ok: boolean;
      exitCode: number;
      data: { workflows: number };
    };
    assert.deepEqual([ok, exitCode, stderr], [code === 0, code, ""]);
    assert.ok(data.workflows > 0);
  });
});

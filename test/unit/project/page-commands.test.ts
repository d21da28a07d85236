import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { Command } from "commander";
import { lexer, type Token, walkTokens } from "marked";
import { scripts } from "../../../package.json";
import { gourmetgram } from "../../../tooling/cli/program";
import { checkout } from "../../support/checkout";

const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].concat(
  readdirSync(join(checkout, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => posix.join("docs", file)),
);

/** What runs commands without a person. */
const programs = [".github/workflows/lab.yml", ".github/workflows/preview.yml", ".ci/run", ".ci/update"];

/** A command of the lab with its arguments. */
interface Call {
  readonly script: string;
  readonly args: readonly string[];
}

/** The commands of the lab that a page has, in blocks, in lists and in its text. One with `…` stands for many, and is none. */
function callsIn(markdown: string): Call[] {
  const lines: string[] = [];
  void walkTokens(lexer(markdown), (token: Token) => {
    const { type, text = "", lang } = token as { type: string; text?: string; lang?: string };
    if (type === "codespan") lines.push(text.replaceAll("\n", " "));
    if (type === "code" && (lang === "console" || lang === "sh")) {
      lines.push(...text.replaceAll("\\\n", " ").split("\n"));
    }
  });
  return lines.filter((line) => !line.includes("…")).flatMap(callsOf);
}

/** The commands of the lab that a script has. */
const callsInScript = (text: string): Call[] => text.replaceAll("\\\n", " ").split("\n").flatMap(callsOf);

/** The commands of the lab in a line of a shell. */
function callsOf(line: string): Call[] {
  const found = line.matchAll(
    /npm run (?:-s |--silent )?([\w:-]+)(?: +-- ((?:'[^']*'|"[^"]*"|[^'"|;&#>)])*))?/g,
  );
  return [...found].map(([, script = "", rest = ""]) => ({
    script,
    args: [...rest.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, "")),
  }));
}

/** The commands of a page that write npm's own lines into a file, a pipe or a variable. */
function bannersIn(markdown: string): string[] {
  const lines: string[] = [];
  void walkTokens(lexer(markdown), (token: Token) => {
    const { type, text = "", lang = "" } = token as { type: string; text?: string; lang?: string };
    if (type === "codespan") lines.push(text.replaceAll("\n", " "));
    if (type === "code" && lang !== "") lines.push(...text.replaceAll("\\\n", " ").split("\n"));
  });
  return lines.filter((line) =>
    /npm run (?!-s |--silent )[^|;&#>]*(?:\|(?!\|)|>)|\$\(npm run (?!-s |--silent )/.test(
      line.replaceAll(/'[^']*'|"(?!\$\()[^"]*"/g, "''"),
    ),
  );
}

/** What the command line has against a call; undefined where it has nothing. */
function objection({ script, args }: Call): string | undefined {
  const [, name] =
    /^node tooling\/gourmetgram\.mjs (\S+)$/.exec((scripts as Record<string, string>)[script] ?? "") ?? [];
  if (name === undefined) return undefined;
  let command: Command | undefined = gourmetgram();
  let rest = [name, ...args];
  for (
    let next = command.commands.find(named(rest[0]));
    next !== undefined;
    next = command.commands.find(named(rest[0]))
  ) {
    command = next;
    rest = rest.slice(1);
  }
  // What another program is handed.
  if ((command as unknown as { _allowUnknownOption: boolean })._allowUnknownOption) return undefined;
  command.configureOutput({ writeErr: () => undefined });
  try {
    const { unknown, operands } = command.parseOptions(rest);
    const most = command.registeredArguments.some(({ variadic }) => variadic)
      ? Infinity
      : command.registeredArguments.length;
    if (unknown.length > 0) return `unknown: ${unknown.join(" ")}`;
    return operands.length > most ? `too many words: ${operands.join(" ")}` : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const named =
  (name: string | undefined) =>
  (command: Command): boolean =>
    command.name() === name;

describe("the commands of the pages", () => {
  it("are found by this test, and held against the command line", () => {
    const page = [
      "`npm run train -- --scenario oversized`, `npm run train -- --scenario …`",
      "- in a list",
      "",
      "  ```console",
      '  $ npm run -s verify -- --only "a b" \\\n      --json | jq',
      "  ```",
    ].join("\n");
    const calls = callsIn(page);
    assert.deepEqual(calls, [
      { script: "train", args: ["--scenario", "oversized"] },
      { script: "verify", args: ["--only", "a b", "--json"] },
    ]);
    assert.deepEqual(calls.map(objection), [undefined, undefined]);
    const of = (script: string, ...args: string[]): string => objection({ script, args }) ?? "none";
    assert.match(of("train", "--scenari", "normal"), /^unknown: --scenari/);
    assert.match(of("train", "--scenario", "great"), /great/);
    assert.match(of("class", "up", "--rooster", "class.csv"), /^unknown: --rooster/);
    assert.match(of("up", "now"), /^too many words: now/);
    assert.equal(of("kubectl", "get", "-o", "yaml"), "none");
  });

  it("are found where npm's own lines would be in what is kept", () => {
    const kept = [
      "npm run class -- status | jq",
      "npm run kubectl -- exec a -- \\\n  pg_dump > file",
      "A=$(npm run pulumi -- config)",
    ];
    const pageOf = (lines: readonly string[]): string => ["```sh", ...lines, "```"].join("\n");
    assert.equal(bannersIn(pageOf(kept)).length, kept.length);
    assert.equal(bannersIn("Look at `npm run argo -- list -o json | wc -c`.").length, 1);
    const silent = kept.map((line) => line.replace("npm run", "npm run -s"));
    const others = [
      "npm run status || true",
      "npm run up; a | b",
      "npm run bench -- -l 'a|b' < file  # > file",
    ];
    assert.deepEqual(bannersIn(pageOf([...silent, ...others])), []);
  });

  for (const page of pages) {
    it(`keep npm's own lines out of files and pipes: ${page}`, () =>
      assert.deepEqual(bannersIn(read(page)), []));
  }

  const wrongIn = (calls: readonly Call[]): string[] =>
    calls.flatMap((call) => {
      const found = objection(call);
      return found === undefined ? [] : [`npm run ${call.script} -- ${call.args.join(" ")}: ${found}`];
    });

  for (const page of pages) {
    it(`have options that there are: ${page}`, () => assert.deepEqual(wrongIn(callsIn(read(page))), []));
  }

  for (const program of programs) {
    it(`are there, with their options, where a machine gives them: ${program}`, () => {
      const calls = callsInScript(read(program));
      assert.ok(calls.length >= 3, program);
      assert.deepEqual(
        calls.filter(({ script }) => !(script in scripts)),
        [],
      );
      assert.deepEqual(wrongIn(calls), []);
    });
  }

  it("are many", () => {
    const withOptions = pages.flatMap((page) => callsIn(read(page))).filter(({ args }) => args.length > 0);
    assert.ok(withOptions.length > 60, String(withOptions.length));
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scripts } from "../../../../package.json";
import { gourmetgram } from "../../../../tooling/cli/program";
import { checkout } from "../../../support/checkout";

/** Commands whose options are another program's. */
const HAND_ON = ["kubectl", "argo", "pulumi", "preview"];

const CALL = /npm run (?:-s |--silent )?([a-z]+(?:[:-][a-z]+)*)(?: -- ((?:[\w.:/$={}@-]+ ?)*))?/g;

/** What is wrong with a command line that a text names; undefined if it can be called. */
function mistakeIn(script: string, words: readonly string[]): string | undefined {
  if (!(script in scripts)) return `npm run ${script} is not a script`;
  const line = (scripts as Record<string, string>)[script] ?? "";
  const [, name] = /^node tooling\/gourmetgram\.mjs (\S+)$/.exec(line) ?? [];
  if (name === undefined || HAND_ON.includes(name) || name === "lint") return undefined;
  let command = gourmetgram().commands.find((each) => each.name() === name);
  let rest = [...words];
  if (name === "class" && rest.length > 0 && rest[0] !== "--help") {
    command = command?.commands.find((each) => each.name() === rest[0]);
    if (command === undefined) return `npm run class -- ${rest.join(" ")}: there is no ${rest[0] ?? ""}`;
    rest = rest.slice(1);
  }
  const options = [...(command?.options ?? []).map(({ long }) => long), "--help"];
  const unknown = rest.filter(
    (word) => word.startsWith("--") && !options.includes(word.replace(/[.=].*/, "")),
  );
  return unknown.length === 0 ? undefined : `npm run ${script}: there is no ${unknown.join(", ")}`;
}

/** Each call in a text. */
const callsIn = (text: string): { script: string; words: string[] }[] =>
  [...text.matchAll(CALL)].map(([, script = "", words = ""]) => ({
    script,
    words: words
      .trim()
      .split(" ")
      .filter((word) => word !== ""),
  }));

describe("a command that a message or a page names", () => {
  const files = ["tooling", "stacks", "config", "components", "workflows", "policy", "docs"].flatMap(
    (folder) =>
      readdirSync(join(checkout, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(ts|md)$/.test(file))
        .map((file) => join(folder, file)),
  );

  it("can be called as it is printed", () => {
    const calls = ["README.md", "CONTRIBUTING.md", ...files].flatMap((file) =>
      callsIn(readFileSync(join(checkout, file), "utf8")).map((call) => ({ file, ...call })),
    );
    assert.ok(calls.length > 100, String(calls.length));
    const mistakes = calls.flatMap(({ file, script, words }) => {
      const mistake = mistakeIn(script, words);
      return mistake === undefined ? [] : [`${file}: ${mistake}`];
    });
    assert.deepEqual(mistakes, []);
  });

  it("is found wrong where it is wrong", () => {
    const text =
      "npm run nope; npm run down -- --all; npm run class -- stop --roster FILE; npm run up -- --offline";
    assert.deepEqual(
      callsIn(text).map(({ script, words }) => mistakeIn(script, words)),
      [
        "npm run nope is not a script",
        "npm run down: there is no --all",
        "npm run class -- stop --roster FILE: there is no stop",
        undefined,
      ],
    );
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../../support/checkout";

const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

describe("the program, built into one file", () => {
  it("is what Pulumi starts", () => {
    const { main, runtime } = parse(read("Pulumi.yaml")) as { main: string; runtime: { options: object } };
    assert.equal(main, "program.cjs");
    assert.deepEqual(runtime.options, { typescript: false, nodeargs: "--require ./build.cjs" });
  });

  it("finds no files by the place of its sources, which it has left", () => {
    const files = ["config", "components", "packages", "policy", "stacks", "workflows"].flatMap((folder) =>
      readdirSync(join(checkout, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(folder, file)),
    );
    assert.ok(files.length > 20);
    const wrong = ["index.ts", ...files].filter((file) => /\b__(?:dirname|filename)\b/.test(read(file)));
    assert.deepEqual(wrong, []);
  });
});

describe("the checkout", () => {
  // Shell scripts and Python go into Linux containers as they are.
  it("has the line ends of Linux on every system, and leaves pictures alone", () => {
    const rules = read(".gitattributes")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(rules, ["* text=auto eol=lf", "*.jpg binary", "*.png binary"]);
  });
});

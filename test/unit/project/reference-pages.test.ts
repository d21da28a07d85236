import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "yaml";
import { scripts } from "../../../package.json";
import { KeysOf } from "../../../config/key";
import { CLUSTER_IDENTIFIER } from "../../../config/project-file/pulumi-yaml";
import { configurationPage } from "../../../tooling/docs/configuration-page";

const CHECKOUT = join(__dirname, "../../..");
const read = (path: string): string => readFileSync(join(CHECKOUT, path), "utf8");

/** Words in backquotes in the first column of a page's tables. */
function firstCells(page: string): string[] {
  const rows = read(page)
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) =>
    [...(row.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
}

describe("docs/reference/configuration.md", () => {
  it("is what npm run docs writes", () => {
    assert.equal(read("docs/reference/configuration.md"), configurationPage(), "npm run docs");
  });

  it("has each key once, below a section", () => {
    const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, unknown> };
    const keys = Object.keys(config).filter((key) => key !== CLUSTER_IDENTIFIER);
    assert.deepEqual(firstCells("docs/reference/configuration.md"), keys);
    assert.match(read("docs/reference/configuration.md"), /\n## .*\n\n\| key \|/);
  });

  it("says type, default and secrecy, and escapes what would end a cell", () => {
    const keys = new KeysOf(["lab"]);
    const page = configurationPage([
      ["One.", { a: keys.optional("A|B.", "example") }],
      ["Two.", { b: keys.integers("B.", [1, 2], [1, 9]), c: keys.secret("C.") }],
    ]);
    assert.match(page, /## One\n\n\| key .*\n.*\n\| `a` \| string \| not set \| A\\\|B\. \|\n/);
    assert.match(page, /## Two\n\n\| key .*\n.*\n\| `b` \| list of integer \| `\[1,2\]` \| B\. \|\n/);
    assert.match(page, /\n\| `c` \| string, secret \| not set \| C\. Set it with --secret\. \|\n/);
  });
});

describe("docs/reference/outputs.md", () => {
  it("has each output of every kind of stack, and no other", () => {
    const source = read("stacks/outputs/outputs.ts");
    const ofInterface = (name: string): string[] => {
      const body = new RegExp(`^export interface ${name} \\{\n(.*?)^\\}`, "ms").exec(source)?.[1] ?? "";
      return [...body.matchAll(/^ {2}readonly (\w+):/gm)].map(([, output = ""]) => output);
    };
    const outputs = new Set([
      ...ofInterface("LabOutputs"),
      ...ofInterface("BaseStackOutputs"),
      // Secret ones, which the types of the plain outputs leave out.
      ...[
        "appRepositoryPassword",
        "studentKubeconfig",
        "studentAccessExpires",
        "registryUser",
        "registryPassword",
      ],
    ]);
    const documented = new Set(firstCells("docs/reference/outputs.md"));
    assert.deepEqual([...documented].sort(), [...outputs].sort());
  });
});

describe("docs/reference/commands.md", () => {
  const page = read("docs/reference/commands.md");

  it("has each command", () => {
    const spelled = (name: string): string => (name === "test" ? "npm test" : `npm run ${name}`);
    assert.deepEqual(
      Object.keys(scripts).filter((name) => !page.includes(`\`${spelled(name)}`)),
      [],
    );
  });
});

describe("the commands in the pages", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].concat(
    readdirSync(join(CHECKOUT, "docs"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => posix.join("docs", file)),
  );

  for (const page of pages) {
    it(`exist: ${page}`, () => {
      const used = [...read(page).matchAll(/npm run (?:-s |--silent )?(\w+(?:[:-]\w+)*)/g)].map(
        ([, name = ""]) => name,
      );
      assert.deepEqual(
        used.filter((name) => !(name in scripts)),
        [],
      );
    });
  }
});

describe("the navigation of the site", () => {
  it("lists each page of docs/ once, and no other", () => {
    const navigation = parse(read("tooling/docs/toc.yml")) as {
      root: string;
      subtrees: { entries: { file: string }[] }[];
    };
    const listed = [
      navigation.root,
      ...navigation.subtrees.flatMap(({ entries }) => entries.map(({ file }) => file)),
    ];
    const pages = readdirSync(join(CHECKOUT, "docs"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => file.replace(/\.md$/, ""));
    assert.deepEqual(listed.sort(), pages.sort());
  });
});

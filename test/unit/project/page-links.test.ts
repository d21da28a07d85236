import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import GithubSlugger from "github-slugger";
import { lexer, type Token, walkTokens } from "marked";

const CHECKOUT = join(__dirname, "../../..");

/** All pages of the repository: those of the site, and those that only GitHub shows. */
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: CHECKOUT, encoding: "utf8" })
  .trim()
  .split("\n")
  .filter((page) => existsSync(join(CHECKOUT, page)));

interface Page {
  /** Targets of links and pictures, as they are written. */
  readonly targets: readonly string[];
  /** Ids of the headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
}

function readPage(page: string): Page {
  const targets: string[] = [];
  const anchors = new Set<string>();
  const slugger = new GithubSlugger();
  // It has promises to give only for callbacks that return one.
  void walkTokens(lexer(readFileSync(join(CHECKOUT, page), "utf8")), (token: Token) => {
    if (token.type === "link" || token.type === "image") targets.push(token["href"] as string);
    if (token.type === "heading") anchors.add(slugger.slug(textOf(token)));
  });
  return { targets, anchors };
}

/** What is read of a heading: `code` and links without their marks. */
function textOf(token: Token): string {
  const parts = "tokens" in token ? token.tokens : undefined;
  if (parts !== undefined && parts.length > 0) return parts.map(textOf).join("");
  return "text" in token ? String(token.text) : token.raw;
}

const elsewhere = (target: string): boolean => /^[a-z]+:/.test(target);

/** What is wrong with a link to a place in this repository; undefined if nothing is. */
function problemOf(page: string, target: string): string | undefined {
  const [path = "", anchor = ""] = target.split("#");
  const file = path === "" ? page : posix.join(dirname(page), path);
  if (file.startsWith("..")) return `${target} leaves the repository`;
  if (!existsSync(join(CHECKOUT, file))) return `${target} does not exist`;
  if (anchor === "" || !file.endsWith(".md")) return undefined;
  return readPage(file).anchors.has(anchor) ? undefined : `${target}: there is no such heading`;
}

describe("links between the pages of the repository", () => {
  it("are found by this test: README.md has some, to files, headings and other hosts", () => {
    const { targets } = readPage("README.md");
    assert.ok(targets.includes("LICENSE"));
    assert.ok(targets.includes("docs/images/staging.png"));
    assert.ok(targets.some((target) => target.includes(".md#")));
    assert.ok(targets.some(elsewhere));
  });

  it("are refused where the file or the heading is not there", () => {
    assert.equal(problemOf("README.md", "docs/none.md"), "docs/none.md does not exist");
    assert.equal(problemOf("README.md", "CHANGELOG.md#none"), "CHANGELOG.md#none: there is no such heading");
    assert.equal(problemOf("README.md", "../x.md"), "../x.md leaves the repository");
    assert.equal(problemOf("docs/index.md", "../CHANGELOG.md#changelog"), undefined);
  });

  for (const page of pages) {
    it(`lead somewhere: ${page}`, () => {
      const broken = readPage(page)
        .targets.filter((target) => !elsewhere(target))
        .flatMap((target) => problemOf(page, target) ?? []);
      assert.deepEqual(broken, []);
    });
  }

  it("stay within docs/ on the site's pages, because the site has nothing else", () => {
    const out = pages
      .filter((page) => page.startsWith("docs/"))
      .flatMap((page) =>
        readPage(page)
          .targets.filter((target) => !elsewhere(target))
          .filter((target) => !posix.join(dirname(page), target).startsWith("docs/"))
          .map((target) => `${page}: ${target}`),
      );
    assert.deepEqual(out, []);
  });
});

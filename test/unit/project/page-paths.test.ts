import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CHECKOUT = join(__dirname, "../../..");

/** Folders of this project at the begin of a path. What ends otherwise may be a path of another project. */
const PATH =
  /^(?:components|config|docs|images|packages|policy|stacks|test|tooling|workflows)\/(?:[\w./-]*(?:\/|\.ts|\.yml))?$/;

const pages = execFileSync("git", ["ls-files", "README.md", "CONTRIBUTING.md", "SECURITY.md", "docs"], {
  cwd: CHECKOUT,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((file) => file.endsWith(".md") && existsSync(join(CHECKOUT, file)));

const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code).filter((code) => PATH.test(code));

describe("files and folders that the pages name", () => {
  it("are found by this test", () => {
    assert.deepEqual(
      pathsIn("`config/keys/index.ts`, `stacks/`, `config/config.go`, `kubectl`, config/x.ts"),
      ["config/keys/index.ts", "stacks/"],
    );
    assert.ok(pages.flatMap((page) => pathsIn(readFileSync(join(CHECKOUT, page), "utf8"))).length > 20);
  });

  for (const page of pages) {
    it(`exist: ${page}`, () => {
      const paths = pathsIn(readFileSync(join(CHECKOUT, page), "utf8"));
      assert.deepEqual(
        paths.filter((path) => !existsSync(join(CHECKOUT, path))),
        [],
      );
    });
  }
});

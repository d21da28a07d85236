import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { checkout } from "../../../support/checkout";

const NOT_OURS = new Set(["node_modules", ".git"]);
const MODEL = "packages";

function typeScriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return NOT_OURS.has(entry.name) ? [] : typeScriptFiles(path);
    }
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

describe("references to values that Argo fills in", () => {
  it("are written out in packages/ only", () => {
    const files = typeScriptFiles(checkout).map((path) => relative(checkout, path));
    assert.ok(
      files.includes(join(MODEL, "argo-workflows", "values", "references.ts")),
      "the files of the project were not found",
    );
    // Docker's own formats have the braces too, each before a dot or one of Go's words.
    const reference = new RegExp("{".repeat(2) + String.raw`(?!\s*\.|(?:json|range|if|println|end|len)\b)`);
    const offenders = files.filter(
      (path) => !path.startsWith(MODEL) && reference.test(readFileSync(join(checkout, path), "utf8")),
    );
    assert.deepEqual(offenders, []);
  });
});

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");
const NOT_OURS = new Set(["node_modules", ".git"]);
const MODEL = join("components", "argo");

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
  it("are written out in components/argo only", () => {
    const files = typeScriptFiles(ROOT).map((path) => relative(ROOT, path));
    assert.ok(files.includes(join(MODEL, "references.ts")), "the files of the project were not found");
    // Docker's own formats have the braces too, each before a dot or one of Go's words.
    const reference = new RegExp("{".repeat(2) + String.raw`(?!\s*\.|(?:json|range|if|println|end|len)\b)`);
    const offenders = files.filter(
      (path) => !path.startsWith(MODEL) && reference.test(readFileSync(join(ROOT, path), "utf8")),
    );
    assert.deepEqual(offenders, []);
  });
});

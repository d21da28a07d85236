import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../../../components/argo/proof";

const ROOT = join(__dirname, "..", "..", "..", "..");

describe("the page of the rules", () => {
  const rows = readFileSync(join(ROOT, "docs", "workflow-lint.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));

  it("has a row for each rule, and for no other", () => {
    const named = new Set(rows.map((cells) => (cells[1] ?? "").replaceAll("`", "")));
    assert.deepEqual([...named].sort(), Object.keys(RULES).sort());
  });

  it("names tests that exist", () => {
    for (const cells of rows) {
      const files = [...(cells[6] ?? "").matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file);
      assert.notDeepEqual(files, [], cells.join(" | "));
      for (const file of files) {
        const folder = file.endsWith(".yaml") ? "test/fixtures/workflows" : "test/unit/argo/proof";
        assert.ok(existsSync(join(ROOT, folder, file)), file);
      }
    }
  });
});

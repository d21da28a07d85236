import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../../../packages/argo-lint";
import { checkout } from "../../../support/checkout";
import { collection } from "../../../support/workflow-collection";

describe("the table of the rules", () => {
  const rows = readFileSync(join(checkout, "packages", "argo-lint", "README.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| `[a-z]+` /.test(line))
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
        const folder = file.endsWith(".yaml") ? "test/fixtures/workflows" : "test/unit/packages/argo-lint";
        assert.ok(existsSync(join(checkout, folder, file)), file);
      }
    }
  });

  it("names workflows that are run live, and end as the row says", () => {
    const cases = collection();
    for (const [, rule = "", severity = "", , , , files = "", name = ""] of rows) {
      if (name === "") continue;
      const found = cases.find((each) => files.includes(each.file) && each.title === `${each.file}: ${name}`);
      assert.ok(found?.run !== undefined, `${name} in ${files}`);
      assert.equal(found.verdict, `${severity.split(";")[0] ?? ""} ${rule.replaceAll("`", "")}`);
    }
    const isLive = rows.filter((cells) => (cells[7] ?? "") !== "");
    assert.ok(isLive.length > rows.length / 2);
  });
});

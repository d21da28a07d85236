import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TRAIN_EXIT } from "../../../tooling/cli/commands/lab/train";
import { checkout } from "../../../tooling/machine/paths";
import { SCENARIO_NAMES, SCENARIOS } from "../../../tooling/live/workflows/scenarios";
import { checks } from "../../../tooling/verify/checks";

describe("docs: failure lessons", () => {
  const page = readFileSync(join(checkout, "docs", "explanation", "failure-lessons.md"), "utf8");

  it("has a line and a command for each scenario", () => {
    for (const name of SCENARIO_NAMES) {
      assert.match(page, new RegExp(`^\\| \`${name}\` \\|.* \\d \\|$`, "m"), name);
      const command = name === "normal" ? "npm run train" : `npm run train -- --scenario ${name}`;
      assert.ok(page.includes(`$ ${command}\n`), command);
    }
  });

  it("gives the exit codes as they are", () => {
    const codeOf = (name: string): string | undefined =>
      new RegExp(`^\\| \`${name}\` .* (\\d) \\|$`, "m").exec(page)?.[1];
    assert.equal(codeOf("normal"), String(TRAIN_EXIT.succeeded));
    assert.equal(codeOf("failed-accuracy"), String(TRAIN_EXIT["stopped-by-gate"]));
    for (const name of ["bad-architecture", "oversized", "hostile-pickle", "mlops-bad"]) {
      assert.equal(codeOf(name), String(TRAIN_EXIT.failed));
    }
  });

  it("names the accuracies that the scenarios fix", () => {
    for (const { parameters } of Object.values(SCENARIOS)) {
      assert.ok(page.includes(parameters["simulated-accuracy"]));
    }
  });

  it("is proved by a check for each lesson", () => {
    const names = checks.map((check) => check.name);
    for (const name of [
      "lesson-accuracy",
      "lesson-bad-architecture",
      "lesson-bad-code",
      "lesson-hostile-pickle",
      "lesson-oversized",
      "unreachable",
    ]) {
      assert.ok(names.includes(name), name);
    }
  });
});

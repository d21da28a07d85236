import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import packageFile from "../../../package.json";
import { checkout } from "../../support/checkout";

/** Runs a command of the lab under a Node that calls itself so. */
function runUnder(version: string): { status: number | null; stderr: string } {
  const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
  const args = [
    ...["--import", `data:text/javascript,${encodeURIComponent(pretend)}`],
    ...[join("tooling", "launch", "with-packages.mjs"), process.execPath, "--eval", "process.exit(0)"],
  ];
  return spawnSync(process.execPath, args, { cwd: checkout, encoding: "utf8" });
}

describe("the version of Node", () => {
  it("is the one that package.json asks for", () => {
    assert.equal(packageFile.engines.node, "^20.19 || >=22.12");
  });

  for (const version of ["18.20.4", "20.18.3", "21.7.3", "22.11.0"]) {
    it(`is not ${version}`, () => {
      const { status, stderr } = runUnder(version);
      assert.equal(status, 1);
      assert.equal(
        stderr,
        `error: Node ${version} cannot run the lab, which needs 20.19 or a later 20, 22.12 or later\n` +
          "  remedy: install such a version, as with: nvm install 22\n",
      );
    });
  }

  for (const version of ["20.19.0", "22.12.0", "23.0.0", "24.1.0"]) {
    it(`may be ${version}`, () => {
      const { status, stderr } = runUnder(version);
      assert.deepEqual([status, stderr], [0, ""]);
    });
  }
});

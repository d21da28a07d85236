import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { checkout } from "../../../support/checkout";

describe("a command that waits for a limit of time alone", () => {
  it("goes on until the limit, and does not end as if it had done its work", () => {
    const script = `
      const { Command } = require("commander");
      const { runCommandLine } = require("./tooling/cli/run");
      const limit = () => new Promise((resolve) => AbortSignal.timeout(50).addEventListener("abort", resolve));
      const program = new Command().action(() => limit().then(() => console.log("its end")));
      void runCommandLine(program, []);`;
    const said = execFileSync(process.execPath, ["-r", "./test/support/ts-node.cjs", "-e", script], {
      cwd: checkout,
      encoding: "utf8",
    });
    assert.equal(said, "its end\n");
  });
});

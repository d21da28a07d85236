import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FakeLab } from "../../../support/fake-lab";

describe("a command whose log cannot be written, as on a full disk", () => {
  it("is carried out nevertheless", async () => {
    const lab = new FakeLab("embedded");
    try {
      // A folder has the log's name.
      mkdirSync(join(lab.home, "logs", "full.log"), { recursive: true });
      const call = 'run("node", ["--print", "6 * 7"], { log: "full" }).then(console.log)';
      assert.deepEqual(await lab.run("machine/run", call), { exitCode: 0, stdout: "42", stderr: "" });
    } finally {
      lab.remove();
    }
  });
});

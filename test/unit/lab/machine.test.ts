import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkMachine, MachineError } from "../../../lab/machine/preflight";
import { supervisorPid } from "../../../lab/machine/services";
import { checkout } from "../../../lab/paths";
import { nodePort } from "../../../lab/stack-settings";

describe("the check of the machine", () => {
  it("names the port that is taken, what for, and the remedy", async function () {
    // The lab itself holds the ports while it runs, which is no obstacle.
    if (supervisorPid("kubelet") !== undefined) this.skip();
    const port = nodePort("mlflowNodePort");
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    try {
      const check = (await checkMachine({ cold: false })).find(({ name }) => name === "ports");
      assert.match(check?.obstacle?.problem ?? "", new RegExp(`\\b${port} for MLflow`));
      assert.match(check?.obstacle?.remedy ?? "", /pulumi config set gourmetgram:/);
    } finally {
      server.close();
    }
  });

  it("tells all obstacles in one error, each with its remedy", () => {
    const { message } = new MachineError([
      { problem: "1.0 GiB free, 30.0 GiB needed", remedy: "free some" },
      { problem: "the embedded cluster needs root", remedy: "run it as root" },
    ]);
    assert.equal(
      message,
      "this machine cannot hold the embedded lab:\n" +
        "  - 1.0 GiB free, 30.0 GiB needed\n    remedy: free some\n" +
        "  - the embedded cluster needs root\n    remedy: run it as root",
    );
  });
});

describe("a supervised service", () => {
  it("is started again when it ends, and ends with its supervisor", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-supervise-"));
    const pidFile = join(folder, "service.pid");
    const log = join(folder, "service.log");
    const script = join(checkout, "lab", "machine", "supervise.sh");
    const starts = (): number =>
      existsSync(log) ? readFileSync(log, "utf8").split("started").length - 1 : 0;
    // Ends at once the first time, stays the second time.
    const command = `echo started; if [ -e ${folder}/again ]; then exec sleep 60; fi; touch ${folder}/again`;
    const child = spawn(script, [pidFile, log, "sh", "-c", command], { stdio: "ignore" });
    try {
      for (let tries = 0; tries < 100 && starts() < 2; tries += 1) await delay(100);
      assert.equal(starts(), 2);
      assert.equal(readFileSync(pidFile, "utf8").trim(), String(child.pid));
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      assert.deepEqual((await ended)[0], 0);
      assert.equal(existsSync(pidFile), false);
    } finally {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

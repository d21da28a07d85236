import assert from "node:assert/strict";
import { release } from "node:os";
import { silence } from "../../../../../tooling/bench/faults/full/asking";
import { FakeLab } from "../../../../support/fake-lab";

// A file system on which nothing is ever free.
const FULL = process.platform === "linux" ? "/proc" : "/dev";

describe("doctor: a machine whose Docker has no room left", () => {
  it("fails, and says so with the remedy, although no API server answers", async () => {
    const lab = new FakeLab("embedded");
    try {
      const info = { ServerVersion: "28.2.2", KernelVersion: release(), DockerRootDir: FULL };
      lab.docker.answer({ to: "info", stdout: JSON.stringify(info) });
      const { exitCode, stdout } = await lab.run("cli/commands/doctor", "doctor({ offline: true })");
      assert.equal(exitCode, 1);
      assert.match(
        stdout,
        RegExp(
          `^FAIL {2}Docker's disk: 0\\.0 GiB free for ${FULL}\n {6}the disk of Docker and of the cluster's nodes is full: [^\n]+\n` +
            " {6}remedy: free some on the file system of ",
          "m",
        ),
      );
      assert.deepEqual(silence("doctor", stdout, false), []);
    } finally {
      lab.remove();
    }
  });
});

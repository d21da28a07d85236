import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { freeDeadLocks } from "../../../../../tooling/engine/interrupted/locks";

describe("a lock of a stack", () => {
  let locks: string;

  beforeEach(() => {
    locks = mkdtempSync(join(tmpdir(), "gourmetgram-locks-"));
    mkdirSync(join(locks, "lab"));
  });
  afterEach(() => rmSync(locks, { recursive: true }));

  /** As the engine writes it. */
  function lock(pid: number, { host = hostname(), since = new Date() } = {}): string {
    const file = join(locks, "lab", `${pid}-${host}.json`);
    writeFileSync(
      file,
      JSON.stringify({ pid, username: "me", hostname: host, timestamp: since.toISOString() }),
    );
    return file;
  }

  it("is nobody's where there is none", async () => {
    assert.deepEqual(await freeDeadLocks(locks, "lab"), []);
    assert.deepEqual(await freeDeadLocks(locks, "other"), []);
  });

  it("stays while the process that made it runs, and goes when that was killed", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    const { pid = 0 } = child;
    const file = lock(pid, { since: new Date(Date.now() + 1000) });
    assert.deepEqual(
      (await freeDeadLocks(locks, "lab")).map((holder) => holder.pid),
      [pid],
    );
    assert.ok(existsSync(file));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.deepEqual(await freeDeadLocks(locks, "lab"), []);
    assert.ok(!existsSync(file));
  });

  it("goes where another process has the number by now", async () => {
    const file = lock(process.pid, { since: new Date(Date.now() - 30 * 86_400_000) });
    assert.deepEqual(await freeDeadLocks(locks, "lab"), []);
    assert.ok(!existsSync(file));
  });

  it("stays where an engine has the number, also one that seems younger, as after a clock that jumped", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-engine-"));
    const program = join(folder, "pulumi");
    copyFileSync("/bin/sleep", program);
    chmodSync(program, 0o755);
    const child = spawn(program, ["60"], { stdio: "ignore" });
    try {
      await once(child, "spawn");
      const { pid = 0 } = child;
      const file = lock(pid, { since: new Date(Date.now() - 3_600_000) });
      assert.equal((await freeDeadLocks(locks, "lab")).length, 1);
      assert.ok(existsSync(file));
    } finally {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  });

  it("stays where another machine made it: its processes cannot be seen from here", async () => {
    const file = lock(999_999, { host: "elsewhere.example.org" });
    assert.deepEqual(await freeDeadLocks(locks, "lab"), []);
    assert.ok(existsSync(file));
  });

  it("stays while it is being written, and goes where that was never finished", async () => {
    const file = join(locks, "lab", "half.json");
    writeFileSync(file, '{"pid":');
    await freeDeadLocks(locks, "lab");
    assert.ok(existsSync(file));
    const earlier = new Date(Date.now() - 60_000);
    utimesSync(file, earlier, earlier);
    await freeDeadLocks(locks, "lab");
    assert.ok(!existsSync(file));
  });
});

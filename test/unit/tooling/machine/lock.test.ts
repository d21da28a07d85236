import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endOf, TestLab } from "../../../support/command-line";

describe("the lock of what the lab keeps on this machine", function () {
  let lab: TestLab;

  beforeEach(() => {
    lab = new TestLab();
  });
  afterEach(() => lab.remove());

  /** A process that takes the lock, says so, and ends when its standard input does. */
  const holder = (): ChildProcess => lab.work("up");

  const line = async (stream: NodeJS.ReadableStream | null): Promise<string> =>
    String((await once(stream ?? process.stdin, "data"))[0]);

  it("is one command's; the next one says who has it, and waits", async () => {
    const first = holder();
    assert.equal(await line(first.stdout), "has it\n");
    const second = holder();
    assert.match(
      await line(second.stderr),
      new RegExp(
        `^Waiting for gourmetgram up \\(process ${String(first.pid)}, since .*\\), which works on ${lab.home}; Ctrl\\+C ends the waiting\\n$`,
      ),
    );
    const has = line(second.stdout);
    first.stdin?.end();
    assert.equal(await has, "has it\n");
    second.stdin?.end();
    await once(second, "close");
    assert.equal(second.exitCode, 0);
  });

  it("is taken over from a process that was killed", async function () {
    // Before the minute after which a lock without a sign of life is nobody's.
    this.timeout(45_000);
    const first = holder();
    await line(first.stdout);
    first.kill("SIGKILL");
    await once(first, "close");
    const second = holder();
    assert.equal(await line(second.stdout), "has it\n");
    second.stdin?.end();
    await once(second, "close");
  });

  it("is not waited for after Ctrl+C, and not by what only looks", async () => {
    const first = holder();
    await line(first.stdout);
    const waiting = lab.command("down", "--yes");
    const end = endOf(waiting);
    await line(waiting.stderr);
    waiting.kill("SIGINT");
    const { code, stderr } = await end;
    assert.equal(code, 130);
    assert.match(stderr, /^Waiting for gourmetgram up .*\nerror: interrupted by SIGINT\n$/);
    const dry = await endOf(lab.command("down", "--dry-run"));
    assert.deepEqual([dry.code, dry.stderr], [0, ""]);
    first.stdin?.end();
    await once(first, "close");
  });

  it("has no meaning by the file alone that says who has it", async () => {
    mkdirSync(join(lab.home, "cache"), { recursive: true });
    const other = { pid: process.pid, command: "gourmetgram up", since: new Date().toISOString() };
    writeFileSync(join(lab.home, "cache", "lab.lock.json"), JSON.stringify(other));
    const only = holder();
    assert.equal(await line(only.stdout), "has it\n");
    only.stdin?.end();
    await once(only, "close");
  });
});

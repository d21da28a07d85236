import assert from "node:assert/strict";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkout } from "../../../support/checkout";
import { endOf, runs, TestLab } from "../../../support/command-line";

describe("a command that a signal ends", () => {
  let lab: TestLab;
  const stackFile = join(checkout, "Pulumi.signal-test.yaml");

  beforeEach(() => {
    lab = new TestLab();
  });

  afterEach(() => {
    lab.remove();
    rmSync(stackFile, { force: true });
  });

  /** What the program has heard in all, its process gone. */
  async function heard(): Promise<string[]> {
    const [first = "", ...rest] = await lab.heard();
    assert.match(first, /^process \d+$/);
    assert.equal(runs(Number(first.split(" ")[1])), false, "the program goes on without a parent");
    return rest;
  }

  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    it(`hands ${signal} on to the engine once, waits for its end, and ends with ${code}`, async () => {
      const command = lab.command("pulumi", "up");
      const end = endOf(command);
      await lab.heard();
      command.kill(signal);
      // Once more, as where npm passes on what the command has got already.
      command.kill(signal);
      const { code: found, stderr } = await end;
      assert.equal(found, code, stderr);
      assert.deepEqual(await heard(), [signal, "has ended"]);
    });
  }

  it("has the engine hear it once where the whole group gets it, npm too", async () => {
    const command = lab.start("npm", "run", "-s", "pulumi", "--", "up");
    const end = endOf(command);
    await lab.heard();
    process.kill(-(command.pid ?? 0), "SIGINT");
    const { code, stderr } = await end;
    assert.equal(code, 130, stderr);
    assert.deepEqual(await heard(), ["SIGINT", "has ended"]);
  });

  it("has the engine hear it once where the key of a terminal sends it", async () => {
    // `script` gives the command a terminal.
    const line = "node tooling/gourmetgram.mjs pulumi up";
    const command = lab.start("script", "--quiet", "--return", "--command", line, "/dev/null");
    const end = endOf(command);
    await lab.heard();
    command.stdin?.write("\u0003");
    const { code, stdout } = await end;
    assert.equal(code, 130, stdout);
    assert.deepEqual(await heard(), ["SIGINT", "has ended"]);
  });

  it("leaves no folder of a preview", async () => {
    const command = lab.command("preview");
    const end = endOf(command);
    await lab.heard();
    assert.equal(lab.leftovers().length, 1);
    command.kill("SIGTERM");
    const { code, stderr } = await end;
    assert.equal(code, 143, stderr);
    assert.deepEqual(await heard(), ["SIGTERM", "has ended"]);
    assert.deepEqual(lab.leftovers(), []);
  });

  it("leaves no kubeconfig of kubectl", async () => {
    writeFileSync(stackFile, `config:\n  kubernetes:kubeconfig: '{"apiVersion":"v1","kind":"Config"}'\n`);
    lab.withProgram("kubectl");
    const command = lab.start(
      "env",
      "GOURMETGRAM_STACK=signal-test",
      "node",
      "tooling/gourmetgram.mjs",
      "kubectl",
      "get",
    );
    const end = endOf(command);
    await lab.heard();
    assert.equal(lab.leftovers().length, 1);
    command.kill("SIGINT");
    const { code, stderr } = await end;
    assert.equal(code, 130, stderr);
    assert.deepEqual(await heard(), ["SIGINT", "has ended"]);
    assert.deepEqual(lab.leftovers(), []);
  });
});

describe("work that a signal ends", () => {
  let lab: TestLab;

  beforeEach(() => {
    lab = new TestLab();
  });
  afterEach(() => lab.remove());

  it("is finished first where it puts something back, and a second signal does no harm", async () => {
    const child = lab.work("puts back");
    const end = endOf(child);
    await once(child.stdout ?? child, "data");
    for (const signal of ["SIGTERM", "SIGTERM", "SIGINT"] as const) {
      child.kill(signal);
      await delay(100);
    }
    assert.deepEqual(await end, { code: 143, stdout: "stopped\nput back\n", stderr: "" });
  });

  for (const [what, kind, code] of [
    ["does not end well because all was well until then", "all well until a signal", 143],
    ["ends well where it is meant to continue until then", "meant to end by a signal", 0],
  ] as const) {
    it(what, async () => {
      const child = lab.work(kind);
      const end = endOf(child);
      await once(child.stdout ?? child, "data");
      child.kill("SIGTERM");
      assert.equal((await end).code, code);
    });
  }

  it("is ended with the programs that it runs", async () => {
    const child = lab.work("runs a program");
    const end = endOf(child);
    const [printed] = (await once(child.stdout ?? child, "data")) as [Buffer];
    const pid = Number(printed.toString());
    assert.ok(runs(pid));
    child.kill("SIGTERM");
    assert.match((await end).stdout, /^\d+\ninterrupted by SIGTERM\n$/);
    assert.equal(runs(pid), false);
  });

  it("lets a program come to its end that is not to be left half done", async () => {
    const child = lab.work("runs a program apart");
    const end = endOf(child);
    await once(child.stdout ?? child, "data");
    process.kill(-(child.pid ?? 0), "SIGINT");
    assert.match((await end).stdout, /^begun\ndone\n$/);
  });

  it("is left after a moment where it does not end by itself, with its temporary folder gone", async () => {
    const child = lab.work("does not end");
    const end = endOf(child);
    await once(child.stdout ?? child, "data");
    assert.equal(lab.leftovers().length, 1);
    child.kill("SIGINT");
    assert.equal((await end).code, 130);
    assert.deepEqual(lab.leftovers(), []);
  });
});

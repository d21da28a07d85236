import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { type Killed, type Running, strike } from "../../../../../tooling/bench/faults/interrupted/killing";
import { doubles } from "../../../../../tooling/bench/faults/interrupted/objects";
import { programOf } from "../../../../../tooling/bench/processes";

const ENGINE = "/home/engine/bin/pulumi";
/** One that has ended, and that nobody has waited for, has no program. */
const runs = (pid: number): boolean => programOf(pid) === ENGINE;
const wait = "setInterval(() => undefined, 1000)";
/** Starts an engine in a group of its own after half a second, prints its number, and hands SIGTERM on to it. */
const COMMAND = `
const start = () => {
  const engine = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(wait)}], {
    argv0: ${JSON.stringify(ENGINE)}, detached: true, stdio: "ignore",
  });
  process.on("SIGTERM", () => engine.once("exit", () => process.exit(143)) && engine.kill());
  engine.once("spawn", () => console.log(engine.pid));
};
setTimeout(start, 500);
${wait};
`;

describe("a command that is killed", function () {
  this.timeout(20_000);
  let child: ChildProcess;
  let engine: number | undefined;

  beforeEach(() => {
    engine = undefined;
    child = spawn(process.execPath, ["-e", COMMAND], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout?.once("data", (text: Buffer) => (engine = Number(text.toString())));
  });

  afterEach(() => {
    child.kill("SIGKILL");
    if (engine !== undefined && runs(engine)) process.kill(engine, "SIGKILL");
  });

  const running = (): Running => ({
    pid: child.pid ?? 0,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  });
  const engineOf = async (): Promise<number> => {
    while (engine === undefined) await delay(20);
    return engine;
  };

  /** Which of the two runs a moment after the other was killed. */
  async function left(killed: Killed): Promise<{ command: boolean; engine: boolean }> {
    const pid = await engineOf();
    assert.equal(await strike(running(), killed, ENGINE), true);
    await delay(300);
    return { command: !running().hasEnded(), engine: runs(pid) };
  }

  it("leaves its engine alone", async () => {
    assert.deepEqual(await left("the command"), { command: false, engine: true });
    assert.equal(child.signalCode, "SIGKILL");
  });

  it("is killed with its engine, which has a group of its own", async () => {
    assert.deepEqual(await left("the command and its engine"), { command: false, engine: false });
  });

  it("goes on without its engine", async () => {
    assert.deepEqual(await left("the engine"), { command: true, engine: false });
  });

  it("ends by itself at SIGTERM", async () => {
    assert.deepEqual(await left("the command, by SIGTERM"), { command: false, engine: false });
    assert.equal(child.exitCode, 143);
  });

  it("is waited for until it has an engine", async () => {
    assert.equal(await strike(running(), "the engine", ENGINE), true);
    await delay(300);
    assert.equal(runs(await engineOf()), false);
    assert.equal(running().hasEnded(), false);
  });

  it("may have ended before", async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(await strike(running(), "the command", ENGINE), false);
    assert.equal(await strike(running(), "the engine", ENGINE), false);
  });
});

describe("objects that are there twice", () => {
  it("are those that are there more often than before", () => {
    const before = new Map([
      ["Secret/lab/users", 1],
      ["ConfigMap/lab/files", 2],
    ]);
    assert.deepEqual(doubles(before, before), []);
    assert.deepEqual(doubles(before, new Map([["Secret/lab/users", 2]])), [
      "Secret/lab/users is there 2 times, not 1",
    ]);
    assert.deepEqual(doubles(new Map(), new Map([["Secret/lab/users", 1]])), [
      "Secret/lab/users is there 1 times, not 0",
    ]);
  });
});

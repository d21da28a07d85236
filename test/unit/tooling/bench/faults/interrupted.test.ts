import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { killAll } from "../../../../../tooling/bench/faults/interrupted/figures";
import {
  cameOf,
  type Killed,
  type Killing,
  KILLINGS,
  type Running,
  strike,
} from "../../../../../tooling/bench/faults/interrupted/killing";
import { doubles } from "../../../../../tooling/bench/faults/interrupted/objects";
import { programOf } from "../../../../../tooling/bench/processes";
import { until } from "../../../../../tooling/support/until";

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

describe("a command that is killed", () => {
  let child: ChildProcess;
  /** Before it was started. */
  let begin: number;
  let engine: number | undefined;

  beforeEach(() => {
    engine = undefined;
    begin = performance.now();
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

  /** Kills, waits until those run that are to run and no other, and looks once more a moment later. */
  async function leaves(killed: Killed, left: { command: boolean; engine: boolean }): Promise<void> {
    const pid = await engineOf();
    const now = () => ({ command: !running().hasEnded(), engine: runs(pid) });
    assert.equal(await strike(running(), killed, ENGINE), true);
    await until(() => Promise.resolve(isDeepStrictEqual(now(), left)), {
      ...{ seconds: 30, pauseMilliseconds: 20 },
      late: () => `left: ${JSON.stringify(now())}`,
    });
    await delay(300);
    assert.deepEqual(now(), left);
  }

  it("leaves its engine alone", async () => {
    await leaves("the command", { command: false, engine: true });
    assert.equal(child.signalCode, "SIGKILL");
  });

  it("is killed with its engine, which has a group of its own", async () => {
    await leaves("the command and its engine", { command: false, engine: false });
  });

  it("goes on without its engine", async () => {
    await leaves("the engine", { command: true, engine: false });
  });

  it("ends by itself at SIGTERM", async () => {
    await leaves("the command, by SIGTERM", { command: false, engine: false });
    assert.equal(child.exitCode, 143);
  });

  it("is waited for until it has an engine", async () => {
    assert.equal(await strike(running(), "the engine", ENGINE), true);
    const pid = await engineOf();
    await until(() => Promise.resolve(!runs(pid)), { seconds: 30, pauseMilliseconds: 20 });
    assert.equal(running().hasEnded(), false);
  });

  it("is waited for until it has an engine that can be killed with it", async () => {
    assert.equal(await strike(running(), "the command and its engine", ENGINE), true);
    assert.ok(performance.now() - begin >= 500, "it was killed before it had an engine");
    if (!running().hasEnded()) await once(child, "exit");
    assert.equal(child.signalCode, "SIGKILL");
  });

  it("may have ended before", async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(await strike(running(), "the command", ENGINE), false);
    assert.equal(await strike(running(), "the engine", ENGINE), false);
  });
});

describe("the rounds in which a command is killed", () => {
  const killing = (turn: number): Killing => ({
    command: "up",
    killed: KILLINGS[turn % 4] ?? "the command",
    after: turn,
    problems: [],
  });

  it("are no killing where nothing was killed, and an error where something was wrong all the same", () => {
    const bad = { ...killing(0), problems: ["up ended with 1: no room"] };
    assert.equal(cameOf(bad, true), bad);
    assert.equal(cameOf(killing(0), false), undefined);
    assert.throws(() => cameOf(bad, false), /^Error: nothing was killed, and up ended with 1: no room$/);
  });

  /** What is noted of so many runs. */
  async function noted(
    runs: number,
    carryOut: (turn: number) => Promise<Killing | undefined>,
    signal = new AbortController().signal,
  ): Promise<{ killings: Killing[]; problem: string }> {
    const killings: Killing[] = [];
    const note = (each: Killing): Promise<void> => Promise.resolve(void killings.push(each));
    const problem = await killAll(runs, { carryOut, note, report: () => undefined, signal }).then(
      () => "",
      (error: Error) => error.message,
    );
    return { killings, problem };
  }

  it("count those alone in which something was killed, each kind as often", async () => {
    let round = 0;
    const { killings, problem } = await noted(8, (turn) => {
      round += 1;
      return Promise.resolve(round % 3 === 0 ? undefined : killing(turn));
    });
    assert.equal(problem, "");
    assert.deepEqual(
      killings.map(({ killed }) => killed),
      [...KILLINGS, ...KILLINGS],
    );
  });

  it("end where nothing can be killed, and with an error, and keep what was noted", async () => {
    const none = await noted(3, () => Promise.resolve(undefined));
    assert.deepEqual(none, { killings: [], problem: "in 3 rounds the command ended before it was killed" });
    const lost = await noted(3, (turn) =>
      turn === 1 ? Promise.reject(new Error("no cluster")) : Promise.resolve(killing(turn)),
    );
    assert.deepEqual([lost.killings.length, lost.problem], [1, "no cluster"]);
  });

  it("end with the signal", async () => {
    const stop = new AbortController();
    const carryOut = (turn: number): Promise<Killing> => {
      if (turn === 1) stop.abort();
      return Promise.resolve(killing(turn));
    };
    assert.equal((await noted(8, carryOut, stop.signal)).killings.length, 2);
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

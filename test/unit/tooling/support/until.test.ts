import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { settled } from "../../../../tooling/support/leftovers";
import { TimeOver, until } from "../../../../tooling/support/until";

const SHORT = { pauseMilliseconds: 1 };

describe("waiting until something is so", () => {
  it("asks until there is an answer, and returns it", async () => {
    const answers = [undefined, false, "ready"];
    assert.equal(
      await until(() => Promise.resolve(answers.shift() as string | false | undefined), SHORT),
      "ready",
    );
    assert.deepEqual(answers, []);
  });

  it("ends when the time is over, and says what was missing by then", async () => {
    let asked = 0;
    const late = () => `not ready: asked ${asked > 0 ? "again and again" : "never"}`;
    const look = () => Promise.resolve((asked += 1) < 0);
    await assert.rejects(until(look, { ...SHORT, seconds: 0.05, late }), (error: Error) => {
      assert.ok(error instanceof TimeOver);
      assert.equal(error.message, "not ready: asked again and again");
      return true;
    });
  });

  it("ends although the question itself hangs", async () => {
    const hangs = () => new Promise<boolean>(() => undefined);
    // Keeps the process alive, as a hanging connection would.
    const alive = delay(1000, undefined, { signal: AbortSignal.timeout(500) }).catch(() => undefined);
    await assert.rejects(until(hangs, { seconds: 0.02 }), TimeOver);
    await alive;
  });

  it("ends with the signal's reason, also if it was aborted before", async () => {
    const stop = new AbortController();
    const reason = new Error("interrupted");
    setTimeout(() => stop.abort(reason), 5);
    const never = () => Promise.resolve(false);
    await assert.rejects(until(never, { ...SHORT, seconds: 60, signal: stop.signal }), reason);
    await assert.rejects(
      until(() => Promise.resolve(true), { signal: stop.signal }),
      reason,
    );
  });

  it("fails at once where the question fails", async () => {
    await assert.rejects(
      until(() => Promise.reject(new Error("refused")), { seconds: 60 }),
      /^Error: refused$/,
    );
  });
});

describe("what is left after a while", () => {
  const look = (...found: string[][]) => {
    let last: string[] = [];
    return () => Promise.resolve({ left: (last = found.shift() ?? last), kept: [] });
  };

  it("is looked at until nothing is, or for as long as is said", async () => {
    assert.deepEqual((await settled(look(["volume"], []), SHORT)).left, []);
    assert.deepEqual((await settled(look(["volume"]), { ...SHORT, seconds: 0.02 })).left, ["volume"]);
  });

  it("is not nothing where nobody could look", async () => {
    const hangs = () => new Promise<never>(() => undefined);
    const alive = delay(200);
    await assert.rejects(settled(hangs, { seconds: 0.02 }), /could not look for what is left/);
    await assert.rejects(
      settled(() => Promise.reject(new Error("forbidden")), SHORT),
      /forbidden/,
    );
    await alive;
  });
});

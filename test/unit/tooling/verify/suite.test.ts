import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type Check } from "../../../../tooling/verify/suite/check";
import { CheckFailure } from "../../../../tooling/verify/suite/expect";
import type { Lab } from "../../../../tooling/verify/suite/lab";
import { runSuite, type SuiteOptions } from "../../../../tooling/verify/suite/suite";

const LAB = {} as Lab;
const OPTIONS: SuiteOptions = { timeout: 5, grace: 0.05, silent: true, signal: new AbortController().signal };
const check = (name: string, run: Check["run"]): Check => ({ name, title: name, run });

const passing = check("passing", ({ see }) => {
  see("a fact");
  return Promise.resolve();
});
const failing = check("failing", () => Promise.reject(new CheckFailure({ expected: "a", seen: "b" })));
const endless = check("endless", async ({ progress, signal }) => {
  progress("step 1 Running");
  await delay(60_000, undefined, { signal });
});
const deaf = check("deaf", () => new Promise(() => undefined));

describe("verify: suite", () => {
  it("tries every check, whatever becomes of the others", async () => {
    const results = await runSuite([failing, passing], LAB, OPTIONS);
    assert.deepEqual(
      results.map(({ name, passed, evidence, message }) => ({ name, passed, evidence, message })),
      [
        { name: "failing", passed: false, evidence: [], message: "expected: a\nseen:     b" },
        { name: "passing", passed: true, evidence: ["a fact"], message: null },
      ],
    );
  });

  it("ends a check whose time is over, also one that does not listen, and says where it stood", async () => {
    const results = await runSuite([endless, deaf], LAB, { ...OPTIONS, timeout: 0.05 });
    assert.deepEqual(
      results.map((each) => each.message),
      [
        "expected: an end within 0.05 s (--timeout)\nseen:     step 1 Running",
        "expected: an end within 0.05 s (--timeout)",
      ],
    );
  });

  it("lets a check that is ended put back what it has stopped", async () => {
    let isBack = false;
    const stopping = check("stopping", async ({ signal }) => {
      try {
        await delay(60_000, undefined, { signal });
      } finally {
        await delay(50);
        isBack = true;
      }
    });
    const [result] = await runSuite([stopping], LAB, { ...OPTIONS, timeout: 0.05, grace: 5 });
    assert.equal(result?.passed, false);
    assert.equal(isBack, true);
  });

  it("ends at once when it is interrupted, and begins nothing more", async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(new Error("interrupted")), 20);
    const results = await runSuite([endless, passing], LAB, { ...OPTIONS, signal: interruption.signal });
    assert.deepEqual(
      results.map(({ name, message }) => [name, message]),
      [["endless", "interrupted"]],
    );
  });
});

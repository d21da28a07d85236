import assert from "node:assert/strict";
import { compare } from "../../../../../tooling/verify/tutorial/shown";

const PRINTED = `> gourmetgram@0.2.0 train
\u001b[32mNAME     STATUS\u001b[0m
one      Running
two      Failed
end of train-model-push-9f8e7d6c`;

describe("verify: what a page shows", () => {
  const same = (...shown: string[]): boolean => compare(shown, PRINTED).same;

  it("is found in what was printed, whatever its spaces and colours", () => {
    assert.ok(same());
    assert.ok(same("NAME STATUS", "one  Running"));
    assert.ok(same("two Failed", ""));
  });

  it("may leave out a part of a line, or lines", () => {
    assert.ok(same("NAME …", "…", "end of …"));
    assert.ok(same("NAME STATUS", "…", "one Running"));
    assert.ok(same("one Running", "…"));
  });

  it("has its lines one below the other, in their order", () => {
    assert.equal(same("NAME STATUS", "two Failed"), false);
    assert.equal(same("two Failed", "…", "one Running"), false);
  });

  it("is missed with the line that is not there", () => {
    const comparison = compare(["NAME STATUS", "one Succeeded"], PRINTED);
    assert.deepEqual(comparison, { same: false, missing: "one Succeeded" });
    assert.equal(compare(["one"], PRINTED).same, false, "a part of a line");
    assert.equal(compare(["on. Running"], PRINTED).same, false, "no regular expression");
  });

  it("has examples, in whose place each run has its own", () => {
    const example = { text: "train-model-push-1a2b3c4d", pattern: "train-model-push-[0-9a-f]{8}" };
    const comparison = compare([`end of ${example.text}`], PRINTED, [example]);
    assert.ok(comparison.same);
    assert.deepEqual([...comparison.values], [[example.text, "train-model-push-9f8e7d6c"]]);
    assert.equal(compare([`one ${example.text}`], PRINTED, [example]).same, false);
  });

  it("is found in what was drawn again and again as fast as in a page", () => {
    const screen = ["Name: one", "Status: Running", "training-image", "run-training"];
    const printed = [...Array<string[]>(5000).fill(screen).flat(), "Name: one", "Status: Succeeded"].join(
      "\n",
    );
    const shown = ["…", "Name: …", "…", "Status: Running", "…", "…training-image…", "…", "Status: Succeeded"];
    const begun = process.cpuUsage();
    assert.ok(compare([...shown, "…"], printed).same);
    assert.deepEqual(compare([...shown, "…", "…run-training…"], printed), {
      same: false,
      missing: "these lines, one below the other",
    });
    const { user } = process.cpuUsage(begun);
    assert.ok(user < 5_000_000, `${user} µs`);
  });
});

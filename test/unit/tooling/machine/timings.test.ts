import assert from "node:assert/strict";
import { timingsIn } from "../../../../tooling/machine/steps/timings";

describe("the times that were remembered", () => {
  const line = (what: string): string => JSON.stringify({ what, seconds: 1, at: "2026-01-02T03:04:05.000Z" });

  it("are read although a line was not written to its end", () => {
    const text = `${line("first")}\n{"what":"torn","sec\n${line("last")}\n`;
    assert.deepEqual(
      timingsIn(text).map(({ what }) => what),
      ["first", "last"],
    );
    assert.deepEqual(timingsIn(""), []);
  });
});

import assert from "node:assert/strict";
import { planSoak, seeded, SOAK_PARTS } from "../../../../../tooling/bench/soak/plan";

const TWO = ["anna", "ben"];

/** How often each is there. */
function counts(all: readonly string[]): number[] {
  return [...new Set(all)].map((one) => all.filter((each) => each === one).length);
}

describe("the plan of a soak", () => {
  it("follows from its seed", () => {
    assert.deepEqual(planSoak(TWO, 10, seeded(7)), planSoak(TWO, 10, seeded(7)));
    assert.notDeepEqual(planSoak(TWO, 10, seeded(7)), planSoak(TWO, 10, seeded(8)));
  });

  it("has a training for each minute, at any moment, by one student as often as by another", () => {
    for (const [students, minutes] of [
      [2, 10],
      [10, 60],
    ] as const) {
      const names = Array.from({ length: students }, (_, index) => `student-${index}`);
      const { submissions } = planSoak(names, minutes, seeded(1));
      assert.equal(submissions.length, minutes);
      assert.deepEqual(
        counts(submissions.map(({ student }) => student)),
        names.map(() => minutes / students),
      );
      const moments = submissions.map(({ at }) => at);
      assert.deepEqual(
        moments,
        [...moments].sort((a, b) => a - b),
      );
      assert.ok(moments.every((at) => at >= 0 && at < minutes * 60));
    }
  });

  it("has as many trainings as are asked for", () => {
    assert.equal(planSoak(TWO, 60, seeded(1), 5).submissions.length, 5);
  });

  it("kills each part as often as another, one in each stretch of time, of one student as often as of another", () => {
    const { kills } = planSoak(TWO, 60, seeded(3));
    assert.equal(kills.length, 40);
    const often = counts(kills.map(({ part }) => part));
    assert.equal(often.length, SOAK_PARTS.length);
    assert.ok(Math.max(...often) - Math.min(...often) <= 1, often.join());
    assert.deepEqual(counts(kills.map(({ student }) => student)), [20, 20]);
    for (const [index, { at }] of kills.entries())
      assert.ok(at >= index * 90 && at < (index + 1) * 90, `${index}: ${at}`);
  });

  it("has each student train and each part killed in a short one too", () => {
    const { submissions, kills } = planSoak(["a", "b", "c"], 1, seeded(2));
    assert.deepEqual(submissions.map(({ student }) => student).sort(), ["a", "b", "c"]);
    assert.deepEqual(kills.map(({ part }) => part).sort(), [...SOAK_PARTS].sort());
    assert.ok(kills.every(({ at }) => at < 60));
  });

  it("leaves the node, the runs' own steps and full volumes alone", () => {
    assert.ok(SOAK_PARTS.includes("controller") && SOAK_PARTS.includes("git-server"));
    assert.ok(!SOAK_PARTS.includes("node") && !SOAK_PARTS.includes("step"));
    assert.ok(!SOAK_PARTS.includes("mlflow-volume"));
  });

  it("has numbers from 0 to below 1 that differ", () => {
    const random = seeded(42);
    const some = Array.from({ length: 1000 }, random);
    assert.ok(some.every((each) => each >= 0 && each < 1));
    assert.equal(new Set(some).size, 1000);
    const mean = some.reduce((sum, each) => sum + each, 0) / 1000;
    assert.ok(mean > 0.45 && mean < 0.55, String(mean));
  });
});

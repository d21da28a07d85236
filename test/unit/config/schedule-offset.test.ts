import assert from "node:assert/strict";
import { nextTimes, scheduleProblem } from "../../../packages/argo-lint";
import { offsetSchedule } from "../../../config/values/schedule-offset";

const NAMES = Array.from({ length: 500 }, (_, index) => `student-${index}`);
const FROM = new Date("2025-01-06T00:00:00Z");
const MINUTE = 60_000;

/** The times from the second on, so that one that is moved over the beginning does not count. */
function times(cron: string, from = FROM): number[] {
  return nextTimes(cron, { from, count: 6 })
    .slice(1)
    .map((time) => time.getTime());
}

describe("offsetSchedule", () => {
  // Each with the spread, and with the least and the most that the schedule can be moved by.
  const SCHEDULES: [cron: string, spread: number, from: number, to: number][] = [
    ["0 2 * * *", 60, 0, 59],
    ["30 23 * * *", 720, 0, 719],
    ["15 8,12,17 * * *", 120, 0, 119],
    ["0 9-17 * * *", 90, 0, 89],
    ["0 */6 * * *", 60, 0, 59],
    ["45 22-23 * * *", 60, 0, 59],
    ["10 * * * *", 30, 0, 29],
    ["10 * * * *", 720, 0, 59],
    ["*/15 * * * *", 60, 0, 14],
    ["*/7 8-17 * * 1-5", 60, 0, 3],
    ["0 2 * * 1", 60, 0, 59],
    ["0 2 1 * *", 720, 0, 719],
    // On Mondays, and still on Mondays.
    ["45 23 * * 1", 60, -45, 14],
    ["0 12,23 * * MON-FRI", 120, -60, 59],
    ["45 * * * 1", 60, -45, 14],
    ["30 0-23 * 6 *", 60, -30, 29],
  ];

  for (const [cron, spread, least, most] of SCHEDULES) {
    it(`moves "${cron}" by ${least} to ${most} minutes`, () => {
      const original = times(cron);
      const counts = new Map<number, number>();
      const crons = new Map<string, number>();
      for (const name of NAMES) {
        const moved = offsetSchedule(cron, name, spread);
        assert.equal(moved.reason, undefined);
        counts.set(moved.offsetMinutes, (counts.get(moved.offsetMinutes) ?? 0) + 1);
        crons.set(moved.cron, moved.offsetMinutes);
      }
      assert.equal(crons.size, counts.size);
      for (const [moved, offset] of crons) {
        assert.equal(scheduleProblem(moved, "UTC"), undefined, moved);
        assert.deepEqual(
          times(moved, new Date(FROM.getTime() + offset * MINUTE)),
          original.map((time) => time + offset * MINUTE),
          `${cron} by ${offset}: ${moved}`,
        );
      }
      const offsets = [...counts.keys()];
      assert.ok(Math.min(...offsets) >= least && Math.max(...offsets) <= most, String(offsets));
      // Not clumped: no minute has many more than its share, and most minutes have someone.
      const share = NAMES.length / (most - least + 1);
      assert.ok(Math.max(...counts.values()) <= share + 5 * Math.sqrt(share) + 1, String([...counts]));
      assert.ok(counts.size >= (most - least + 1) * (1 - Math.exp(-share)) * 0.8, `${counts.size}`);
    });
  }

  it("gives a student the same time for ever", () => {
    assert.deepEqual(offsetSchedule("0 2 * * *", "alice", 60), { cron: "22 2 * * *", offsetMinutes: 22 });
    assert.deepEqual(offsetSchedule("30 23 * * 5", "bob", 60), { cron: "24 23 * * 5", offsetMinutes: -6 });
  });

  it("leaves all at the same time where that is asked for", () => {
    for (const cron of ["0 2 * * *", "*/15 * * * *", "5 4 * * sun"]) {
      assert.deepEqual(offsetSchedule(cron, "alice", 0), { cron, offsetMinutes: 0 });
    }
  });

  it("leaves what it cannot move, and says why", () => {
    for (const [cron, reason] of [
      ["0,30 2 * * *", "its minutes (0,30) are neither one number nor every n minutes"],
      ["* 2 * * *", "its minutes (*) are neither one number nor every n minutes"],
      ["0 22-2 * * *", "its hours (22-2) are neither numbers nor ranges"],
      ["@daily", "only schedules of five fields are moved"],
    ] as const) {
      assert.deepEqual(offsetSchedule(cron, "alice", 60), { cron, offsetMinutes: 0, reason });
    }
  });
});

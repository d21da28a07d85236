import assert from "node:assert/strict";
import { sharedTimes, sharedTimesText, schedulesOf } from "../../../../tooling/class/capacity/schedules";
import type { Student } from "../../../../tooling/class/roster/roster";
import { fakeClass } from "./fake-class";

const roster = (settings: Student["settings"], ...ids: string[]): Student[] =>
  ids.map((id) => ({ id, settings }));

/** With one minute to choose from, all have the same. */
const CROWDED = { scheduleSpreadMinutes: "1" };

describe("the schedules of a class", () => {
  it("are the class's, moved by the students' names", () => {
    const context = fakeClass(
      roster({ schedule: "0 3 * * *", scheduleTimezone: "Europe/Berlin" }, "alice", "bob"),
    );
    const found = schedulesOf(context);
    assert.deepEqual(
      found.map(({ student, timezone, together }) => [student, timezone, together]),
      [
        ["alice", "Europe/Berlin", false],
        ["bob", "Europe/Berlin", false],
      ],
    );
    for (const { cron } of found) assert.match(cron, /^\d+ 3 \* \* \*$/);
    assert.deepEqual(schedulesOf(context), found);
  });

  it("leave out those that rest", () => {
    assert.deepEqual(schedulesOf(fakeClass(roster({ scheduleSuspended: "true" }, "alice"))), []);
    // As `pulumi config set` writes it for the class.
    const classFile = 'config: {gourmetgram:scheduleSuspended: "true"}';
    assert.deepEqual(schedulesOf(fakeClass(roster({}, "alice"), { classFile })), []);
  });

  it("tell who got the same minute, and how to set them apart", () => {
    const context = fakeClass([
      ...roster(CROWDED, "alice", "bob"),
      ...roster({ ...CROWDED, schedule: "0 5 * * *" }, "carol"),
    ]);
    assert.equal(
      sharedTimesText(schedulesOf(context)),
      "start in the same minute (0 2 * * * UTC): alice, bob\n" +
        "  a wider scheduleSpreadMinutes, or a schedule of their own in the roster, sets them apart",
    );
  });

  it("say nothing where all are meant to start together, or nobody does", () => {
    const together = schedulesOf(fakeClass(roster({ scheduleSpreadMinutes: "0" }, "alice", "bob")));
    assert.deepEqual(sharedTimes(together), []);
    assert.equal(sharedTimesText(schedulesOf(fakeClass(roster(CROWDED, "alice")))), "");
  });
});

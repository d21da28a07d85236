import assert from "node:assert/strict";
import { nextTimes, scheduleProblem } from "../../../../components/argo/proof";
import { CONTAINER, errors, workflow } from "./judged";

const cron = (spec: string): string[] =>
  errors(
    workflow(
      `{ ${spec}, workflowSpec: { entrypoint: a, templates: [{ name: a, container: ${CONTAINER} }] } }`,
      "CronWorkflow",
    ),
  );

describe("proof: schedules", () => {
  it("can be read, and fire", () => {
    assert.deepEqual(cron("schedules: ['0 2 * * *', '@daily', '@every 1h30m'], timezone: Europe/Berlin"), []);
    for (const bad of ["0 2 * *", "0 25 * * *", "0 0 31 2 *", "@often", ""]) {
      assert.deepEqual(cron(`schedules: ['${bad}']`), ["schedule: spec.schedules[0]"], bad);
    }
    assert.deepEqual(cron("schedules: ['0 2 * * *'], timezone: Mars/Base"), ["schedule: spec.schedules[0]"]);
    assert.deepEqual(cron("schedules: ['0 2 * * *'], concurrencyPolicy: Never"), [
      "schedule: spec.concurrencyPolicy",
    ]);
    assert.deepEqual(cron("schedules: []"), ["schedule: spec"]);
  });

  it("are a list since Argo 3.6", () => {
    assert.deepEqual(cron("schedule: '0 2 * * *'"), ["removed: spec.schedule"]);
  });

  it("tell their next times, in their time zone", () => {
    const from = new Date("2026-03-28T12:00:00Z");
    const times = nextTimes("30 3 * * *", { timezone: "Europe/Berlin", from, count: 2 });
    // The clocks go forward between the 28th and the 29th.
    assert.deepEqual(
      times.map((time) => time.toISOString()),
      ["2026-03-29T01:30:00.000Z", "2026-03-30T01:30:00.000Z"],
    );
    assert.equal(nextTimes("@hourly", { from }).length, 3);
    assert.deepEqual(nextTimes("@every 5m", { from }), []);
  });

  it("are judged on their own too", () => {
    assert.equal(scheduleProblem("0 2 * * *"), undefined);
    assert.match(scheduleProblem("0 2 * * 7") ?? "", /Sunday/);
    assert.match(scheduleProblem("0 2 * * *", "utc") ?? "", /UTC/);
  });
});
